#include "actors/trial/report_parser.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "actors/study_file/line_pattern.hpp"
#include "actors/trial/cut_number.hpp"
#include "actors/trial/report_json.hpp"
#include "actors/trial/report_text.hpp"
#include "actors/utf8.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using schedulers::Resource;
using Format = ReportFormat::Format;

namespace {

constexpr std::size_t shown_max = 200;  ///< Bytes of a malformed line.
/// Far above any real resource, and far below where a double or a sum would lose units.
constexpr double resource_max = 1e15;

std::string shown(std::string_view line) {
  if (line.size() <= shown_max) return valid_utf8(line);
  std::size_t size = shown_max;
  while (size > 0 && is_utf8_continuation(line[size])) --size;
  return valid_utf8(line.substr(0, size)) + "...";
}

std::string single_quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

/// Why `value` is no number: ": found 'low'".
std::string found_instead(const schedulers::Value& value) {
  const auto* const text = std::get_if<std::string>(&value);
  if (text == nullptr) return {};
  std::string why = ": found '" + shown(*text) + "'";
  if (has_comma_between_digits(*text))
    why += "; write numbers with a decimal point and without thousands separators";
  return why;
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
  Found found;
  const bool from_stderr = format_.stream == ReportFormat::Stream::stderr_stream;
  if ((stream == runtime::Stream::err) != from_stderr) return found;
  lines_.feed(bytes, [&](std::string_view line, LineSplitter::Whole whole_line) {
    read_line(line, whole_line, found);
  });
  return found;
}

std::vector<ReportLine> ReportParser::finish() {
  Found found;
  lines_.finish([&](std::string_view line, LineSplitter::Whole whole_line) {
    read_line(line, whole_line, found);
  });
  return found;
}

void ReportParser::read_line(std::string_view line, LineSplitter::Whole whole_line, Found& found) {
  if (whole_line == LineSplitter::Whole::cut) {
    const std::string why =
        "the line is longer than " + std::to_string(LineSplitter::line_max) + " bytes";
    if (format_.format == Format::syne_tune && line.find(syne_tag) != line.npos)
      found.emplace_back(Malformed{shown(line), why});
    else
      warn_once("long line", line, why + "; no report is read from such a line", found);
    return;
  }
  line = without_escapes(line, line_buffer_);
  switch (format_.format) {
    case Format::syne_tune:
      return read_tagged(line, found);
    case Format::name_value:
      return read_pairs(line, found);
    case Format::regex:
      return read_pattern(line, found);
  }
}

void ReportParser::read_tagged(std::string_view line, Found& found) {
  if (line.find(syne_tag) == line.npos) return;
  for (auto& values : values_of_tagged_objects(line)) {
    if (values)
      accept(line, std::move(*values), found);
    else
      found.emplace_back(Malformed{shown(line), values.error().what});
  }
}

void ReportParser::read_pairs(std::string_view line, Found& found) {
  if (line.find(format_.metric) == line.npos) return;  // Most lines are no reports.
  auto read = values_from_pairs(line);
  const bool has_metric = find_value(read.values, format_.metric) != nullptr;
  const bool has_resource = find_value(read.values, format_.resource_attr) != nullptr;
  if (!has_metric) return;
  if (has_resource)
    accept(line, std::move(read), found);
  else if (!knows_format_)
    warn_once("no resource", line,
              "it has no " + single_quoted(format_.resource_attr) + ", the resource", found);
}

void ReportParser::read_pattern(std::string_view line, Found& found) {
  const auto groups = pattern_->match(line);
  if (!groups) return;
  LineValues read;
  for (const LinePattern::Group& group : *groups) {
    const auto cut = cut_number(group, *groups, line);
    if (cut && !is_meant(group, *cut, line, found)) return;
    read.add(group.name, value_from_text(group.text));
  }
  accept(line, std::move(read), found);
}

/// Whether the pattern may read a part of a number: of another value than metric and resource, of
/// the fraction of a resource, and, with a warning, before a comma if the pattern has one too.
bool ReportParser::is_meant(const LinePattern::Group& group, const CutNumber& cut,
                            std::string_view line, Found& found) {
  using Rest = CutNumber::Rest;
  const bool is_metric = group.name == format_.metric;
  if (!is_metric && (group.name != format_.resource_attr || cut.rest != Rest::comma)) return true;
  std::string why = "group " + single_quoted(group.name) + " of the pattern matches " +
                    single_quoted(cut.matched) + " of " + single_quoted(cut.printed);
  if (cut.rest == Rest::comma && format_.pattern.find(',') != std::string::npos) {
    warn_once("cut number", line,
              why + ", which is wrong if the comma is a decimal comma; the value counts", found);
    return true;
  }
  found.emplace_back(Malformed{shown(line), std::move(why)});
  return false;
}

void ReportParser::accept(std::string_view line, LineValues read, Found& found) {
  const auto refuse = [&](std::string why) {
    found.emplace_back(Malformed{shown(line), std::move(why)});
  };
  if (!read.repeated.empty())
    warn_once("repeated key", line,
              single_quoted(read.repeated) + " is in a line more than once; the first value counts",
              found);
  const auto* const metric = find_value(read.values, format_.metric);
  if (metric == nullptr)
    return refuse("it has no " + single_quoted(format_.metric) + ", the metric");
  const auto number = as_number(*metric);
  if (!number)
    return refuse(single_quoted(format_.metric) + ", the metric, is no number" +
                  found_instead(*metric));
  const auto* const resource = find_value(read.values, format_.resource_attr);
  if (resource == nullptr)
    return refuse("it has no " + single_quoted(format_.resource_attr) + ", the resource");
  const auto printed = whole(*resource);
  if (!printed)
    return refuse(single_quoted(format_.resource_attr) + ", the resource, is no whole number" +
                  found_instead(*resource));
  if (*printed + offset_ < 1)
    return refuse(single_quoted(format_.resource_attr) + " is " + std::to_string(*printed) +
                  ": the first is 1; report.resource_offset is for programs that count from 0");
  knows_format_ = true;
  found.emplace_back(Report{*printed + offset_, *number, std::move(read.values)});
}

/// Adds a warning that a trial gets once. `kind` identifies it.
void ReportParser::warn_once(std::string_view kind, std::string_view line, std::string why,
                             Found& found) {
  if (std::ranges::find(warned_, kind) != warned_.end()) return;
  warned_.emplace_back(kind);
  found.emplace_back(Malformed{shown(line), std::move(why), std::string(kind)});
}

}  // namespace troupe::actors
