#include "actors/trial/report_parser.hpp"

#include <cmath>
#include <optional>
#include <utility>

#include "actors/study_file/line_pattern.hpp"
#include "actors/trial/report_text.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using schedulers::Config;
using schedulers::Resource;
using Format = ReportFormat::Format;

namespace {

constexpr std::string_view syne_tag = "[tune-metric]:";
constexpr std::size_t json_max = 50'000;  ///< Bytes; Syne Tune's own limit.
constexpr std::size_t shown_max = 200;    ///< Bytes of a malformed line.
/// Far above any real resource, and far below where a double or a sum would lose units.
constexpr double resource_max = 1e15;

std::string shown(std::string_view line) {
  if (line.size() <= shown_max) return std::string(line);
  return std::string(line.substr(0, shown_max)) + "...";
}

std::string single_quoted(const std::string& name) {
  return "'" + name + "'";
}

/// The object of a line with Syne Tune's tag, as the regular expression
/// `\[tune-metric\]: (\{.*\})` finds it.
Result<std::string_view> syne_object(std::string_view line) {
  const Error none{ErrorKind::bad_input, "the tag is not followed by ' {...}'"};
  const std::string start = std::string(syne_tag) + " {";
  const auto at = line.find(start);
  if (at == line.npos) return none;
  const auto object = line.substr(at + start.size() - 1);
  const auto end = object.rfind('}');
  if (end == object.npos) return none;
  if (end + 1 > json_max)
    return Error{ErrorKind::bad_input,
                 "its JSON is longer than " + std::to_string(json_max) + " bytes"};
  return object.substr(0, end + 1);
}

/// `value` as a resource; none if it is no whole number, or too large.
std::optional<Resource> whole(const schedulers::Value& value) {
  const auto number = as_number(value);
  if (!number || std::abs(*number) > resource_max || std::floor(*number) != *number)
    return std::nullopt;
  return static_cast<Resource>(*number);
}

}  // namespace

ReportParser::ReportParser(const ReportFormat& format, Resource from)
    : format_(format),
      offset_(format.resource_offset +
              (format.after_resume == ReportFormat::AfterResume::restarts ? from : 0)) {
  if (format_.format != Format::regex) return;
  auto pattern = LinePattern::compile(format_.pattern);
  check(pattern.has_value(), "the pattern of a validated study file compiles");
  pattern_ = std::make_unique<LinePattern>(std::move(*pattern));
}

ReportParser::ReportParser(ReportParser&&) noexcept = default;
ReportParser& ReportParser::operator=(ReportParser&&) noexcept = default;
ReportParser::~ReportParser() = default;

std::vector<ReportLine> ReportParser::feed(runtime::Stream stream, std::string_view bytes) {
  std::vector<ReportLine> found;
  const bool from_stderr = format_.stream == ReportFormat::Stream::stderr_stream;
  if ((stream == runtime::Stream::err) != from_stderr) return found;
  lines_.feed(bytes, [&](std::string_view line, LineSplitter::Whole whole_line) {
    read_line(line, whole_line, found);
  });
  return found;
}

std::vector<ReportLine> ReportParser::finish() {
  std::vector<ReportLine> found;
  lines_.finish([&](std::string_view line, LineSplitter::Whole whole_line) {
    read_line(line, whole_line, found);
  });
  return found;
}

void ReportParser::read_line(std::string_view line, LineSplitter::Whole whole_line,
                             std::vector<ReportLine>& found) {
  if (whole_line == LineSplitter::Whole::cut) {
    if (looks_like_report(line))
      found.emplace_back(Malformed{
          shown(line),
          "the line is longer than " + std::to_string(LineSplitter::line_max) + " bytes"});
    return;
  }
  switch (format_.format) {
    case Format::syne_tune: {
      if (!looks_like_report(line)) return;
      const auto object = syne_object(line);
      auto values = object ? values_from_json(*object) : Result<Config>(object.error());
      if (values)
        accept(line, std::move(*values), found);
      else
        found.emplace_back(Malformed{shown(line), values.error().what});
      return;
    }
    case Format::name_value: {
      auto values = values_from_pairs(line);
      const bool has_metric = find_value(values, format_.metric) != nullptr;
      const bool has_resource = find_value(values, format_.resource_attr) != nullptr;
      if (has_metric && (has_resource || !std::exchange(knows_format_, true)))
        accept(line, std::move(values), found);
      return;
    }
    case Format::regex: {
      const auto groups = pattern_->match(line);
      if (!groups) return;
      Config values;
      for (const auto& [name, text] : *groups) values.push_back({name, value_from_text(text)});
      accept(line, std::move(values), found);
      return;
    }
  }
}

bool ReportParser::looks_like_report(std::string_view line) const {
  return format_.format == Format::syne_tune && line.find(syne_tag) != line.npos;
}

void ReportParser::accept(std::string_view line, Config values, std::vector<ReportLine>& found) {
  const auto refuse = [&](std::string why) {
    found.emplace_back(Malformed{shown(line), std::move(why)});
  };
  const auto* const metric = find_value(values, format_.metric);
  if (metric == nullptr)
    return refuse("it has no " + single_quoted(format_.metric) + ", the metric");
  const auto number = as_number(*metric);
  if (!number) return refuse(single_quoted(format_.metric) + ", the metric, is no number");
  const auto* const resource = find_value(values, format_.resource_attr);
  if (resource == nullptr)
    return refuse("it has no " + single_quoted(format_.resource_attr) + ", the resource");
  const auto printed = whole(*resource);
  if (!printed)
    return refuse(single_quoted(format_.resource_attr) + ", the resource, is no whole number");
  if (*printed + offset_ < 1)
    return refuse(single_quoted(format_.resource_attr) + " is " + std::to_string(*printed) +
                  ": the first is 1; report.resource_offset is for programs that count from 0");
  knows_format_ = true;
  found.emplace_back(Report{*printed + offset_, *number, std::move(values)});
}

}  // namespace troupe::actors
