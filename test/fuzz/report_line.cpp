// Any output of a program, in any pieces, in each format.

#include "actors/trial/report_parser.hpp"
#include "runtime/core/check.hpp"
#include "test/fuzz/input.hpp"

using namespace troupe;
using actors::ReportFormat;

namespace {

ReportFormat format_of(std::uint8_t what) {
  ReportFormat format;
  format.metric = "loss";
  format.resource_attr = "epoch";
  format.resource_offset = (what & 4) != 0 ? 1 : 0;
  if ((what & 8) != 0) format.after_resume = ReportFormat::AfterResume::restarts;
  switch (what % 4) {
    case 0:
      break;
    case 1:
      format.format = ReportFormat::Format::name_value;
      break;
    case 2:
      format.format = ReportFormat::Format::regex;
      format.pattern = R"(\[(?<epoch>\d+)\]\s+valid-\w+:(?<loss>\S+))";
      break;
    default:
      format.format = ReportFormat::Format::regex;
      format.pattern = R"((?<epoch>(a+)+\d*).*(?<loss>[^ ]*) *$)";  // Backtracks.
      break;
  }
  return format;
}

void expect_sound(const std::vector<actors::ReportLine>& lines) {
  for (const auto& line : lines) {
    if (const auto* report = std::get_if<actors::Report>(&line))
      check(report->resource > 0, "a report has a resource");
    else
      check(std::get<actors::Malformed>(line).line.size() <= 4096, "a bad line is shown in part");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  actors::ReportParser parser(format_of(input.byte()), input.byte());
  while (!input.done()) {
    const std::size_t piece = 1 + std::size_t{4} * input.byte();
    expect_sound(parser.feed(runtime::Stream::out, input.text(piece)));
  }
  expect_sound(parser.finish());
  return 0;
}
