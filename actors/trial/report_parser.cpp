#include "actors/trial/report_parser.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "actors/study_file/line_pattern.hpp"
#include "actors/study_file/report_units.hpp"
#include "actors/trial/bounded_log.hpp"
#include "actors/trial/cut_number.hpp"
#include "actors/trial/not_finite.hpp"
#include "actors/trial/report_json.hpp"
#include "actors/trial/report_text.hpp"
#include "actors/utf8.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using schedulers::Resource;
using Format = ReportFormat::Format;

namespace {

constexpr std::size_t shown_max = 200;  ///< Bytes of a malformed line.

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
  if (as_number(value_from_text(*text)))  // In JSON only: other formats read it as a number.
    return ": found the text \"" + *text + "\"; print the number without quotes";
  std::string why = ": found '" + shown(*text) + "'";
  if (has_comma_between_digits(*text))
    why += "; write numbers with a decimal point and without thousands separators";
  return why;
}

/// The value that a group matched. Of a number that is not finite, as 1.#QNAN, many patterns match
/// the beginning only.
schedulers::Value value_of_group(const LinePattern::Group& group, std::string_view line) {
  const auto number = not_finite_at(line.substr(group.at));
  if (number && !group.text.empty() && number->size >= group.text.size()) return number->value;
  return value_from_text(group.text);
}

}  // namespace

ReportParser::ReportParser(const ReportFormat& format, Resource from)
    : format_(format),
      offset_(format.resource_offset +
              (format.after_resume == ReportFormat::AfterResume::restarts ? from : 0)),
      count_(from) {
  if (format_.format != Format::regex) return;
  std::vector<std::string> expressions = format_.patterns;
  if (expressions.empty()) expressions.push_back(format_.pattern);
  for (const std::string& expression : expressions) {
    auto pattern = LinePattern::compile(expression);
    check(pattern.has_value(), "the pattern of a validated study file compiles");
    patterns_.push_back(std::move(*pattern));
  }
}

bool ReportParser::is_relevant(std::string_view line) const {
  if (line.size() > LineSplitter::line_max) return false;
  std::string buffer;
  line = without_escapes(line, buffer);
  switch (format_.format) {
    case Format::syne_tune:
      return line.find(syne_tag) != line.npos;
    case Format::name_value:
      return line.find(format_.metric) != line.npos &&
             find_value(values_from_pairs(line).values, format_.metric) != nullptr;
    case Format::regex:
      break;
  }
  return std::ranges::any_of(
      patterns_, [&](const LinePattern& pattern) { return pattern.match(line).has_value(); });
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
  if (line == log_gap) return;
  line = without_escapes(line, line_buffer_);
  switch (format_.format) {
    case Format::syne_tune:
      return read_tagged(line, found);
    case Format::name_value:
      return read_pairs(line, found);
    case Format::regex:
      return read_patterns(line, found);
  }
}

void ReportParser::read_tagged(std::string_view line, Found& found) {
  if (line.find(syne_tag) == line.npos) return;
  for (auto& values : values_of_tagged_objects(line, format_.metric)) {
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
  const bool has_resource = format_.resource == ReportFormat::ResourceSource::count ||
                            find_value(read.values, format_.resource_attr) != nullptr;
  if (!has_metric) return;
  if (has_resource)
    accept(line, std::move(read), found);
  else if (!knows_format_)
    warn_once("no resource", line,
              "it has no " + single_quoted(format_.resource_attr) +
                  ", the resource; report.patterns reads it from an earlier line, and "
                  "report.resource: count counts reports",
              found);
}

void ReportParser::read_patterns(std::string_view line, Found& found) {
  LineValues read;
  Refused refused;
  bool matches = false;
  for (const LinePattern& pattern : patterns_) {
    const auto groups = pattern.match(line);
    if (!groups) continue;
    matches = true;
    for (const LinePattern::Group& group : *groups) {
      const auto cut = cut_number(group, *groups, line);
      if (cut && !is_meant(group, *cut, line, found))
        (group.name == format_.metric ? refused.metric : refused.resource) = true;
      else if (find_value(read.values, group.name) == nullptr)
        read.add(group.name, value_of_group(group, line));
    }
  }
  if (!matches) return;
  if (refused.metric || refused.resource)
    skip_report(std::move(read), refused);
  else if (format_.patterns.empty())
    accept(line, std::move(read), found);
  else
    accept_with_state(line, std::move(read), found);
}

/// Joins the values of a line with those of the lines before it. They are forgotten when the
/// resource changes: when another one is printed or, where reports are counted, with each report.
void ReportParser::join_state(LineValues read) {
  const auto* const resource = find_value(read.values, format_.resource_attr);
  const auto* const before = find_value(state_.values, format_.resource_attr);
  if (resource != nullptr && (before == nullptr || *before != *resource)) state_ = {};
  for (auto& setting : read.values) {
    std::erase_if(state_.values, [&](const auto& old) { return old.name == setting.name; });
    state_.values.push_back(std::move(setting));
  }
}

void ReportParser::accept_with_state(std::string_view line, LineValues read, Found& found) {
  const bool has_metric = find_value(read.values, format_.metric) != nullptr;
  join_state(std::move(read));
  if (!has_metric) return;
  accept(line, state_, found);
  if (format_.resource == ReportFormat::ResourceSource::count) state_ = {};
}

/// Takes from a line with a refused value what the lines after it depend on: its resource, so that
/// they do not belong to an earlier one, and the number of its report, where reports are counted.
void ReportParser::skip_report(LineValues read, Refused refused) {
  const bool has_metric = refused.metric || find_value(read.values, format_.metric) != nullptr;
  const bool ends_unit = format_.resource == ReportFormat::ResourceSource::count && has_metric;
  if (ends_unit) ++count_;
  if (ends_unit || refused.resource)
    state_ = {};
  else
    join_state(std::move(read));
}

/// Whether the pattern may read a part of a number: of another value than metric and resource, of
/// the fraction of a resource, and, with a warning, before a comma if the pattern has one too.
bool ReportParser::is_meant(const LinePattern::Group& group, const CutNumber& cut,
                            std::string_view line, Found& found) {
  using Rest = CutNumber::Rest;
  const bool is_metric = group.name == format_.metric;
  const bool is_resource =
      group.name == format_.resource_attr &&
      (cut.rest == Rest::comma || cut.rest == Rest::digits || cut.rest == Rest::sign);
  if (!is_metric && !is_resource) return true;
  std::string why = "group " + single_quoted(group.name) + " of the pattern matches " +
                    single_quoted(cut.matched) + " of " + single_quoted(cut.printed);
  const auto has_comma = [](const std::string& pattern) {
    return pattern.find(',') != std::string::npos;
  };
  if (cut.rest == Rest::comma &&
      (has_comma(format_.pattern) || std::ranges::any_of(format_.patterns, has_comma))) {
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
  const auto metric = std::ranges::find(read.values, format_.metric, &schedulers::Setting::name);
  if (metric == read.values.end())
    return refuse("it has no " + single_quoted(format_.metric) + ", the metric");
  if (const auto* const text = std::get_if<std::string>(&metric->value))
    if (const auto diverged = not_finite_metric(*text)) metric->value = *diverged;
  const auto number = as_number(metric->value);
  const std::string what_is_wrong = number ? ""
                                           : single_quoted(format_.metric) +
                                                 ", the metric, is no number" +
                                                 found_instead(metric->value);
  // A metric that cannot be read is counted too: the next report is of the next unit.
  if (format_.resource == ReportFormat::ResourceSource::count) ++count_;
  if (!number) return refuse(what_is_wrong);
  const auto resource = resource_in(line, read, found);
  if (!resource) return;
  knows_format_ = true;
  found.emplace_back(Report{*resource, *number, std::move(read.values)});
}

/// The resource of a report; none: a warning was added. Where reports are counted, the number
/// becomes one of the values, unless the line has one of that name.
std::optional<Resource> ReportParser::resource_in(std::string_view line, LineValues& read,
                                                  Found& found) {
  const auto refuse = [&](std::string why) -> std::optional<Resource> {
    found.emplace_back(Malformed{shown(line), std::move(why)});
    return std::nullopt;
  };
  const auto* const resource = find_value(read.values, format_.resource_attr);
  if (format_.resource == ReportFormat::ResourceSource::count) {
    if (resource == nullptr)
      read.values.insert(read.values.begin(), {format_.resource_attr, count_});
    return count_;
  }
  const std::string name = single_quoted(format_.resource_attr);
  if (resource == nullptr && !format_.patterns.empty()) {
    warn_once("no resource", line,
              "no line before it has " + name +
                  ", the resource: a metric belongs to the resource that is printed before it",
              found);
    return std::nullopt;
  }
  if (resource == nullptr) return refuse("it has no " + name + ", the resource");
  const auto printed = as_number(*resource);
  const auto units = printed ? resource_of(format_, *printed) : std::nullopt;
  if (!units && format_.resource_scale != 1 && printed)
    return refuse(name + ", the resource, is " + schedulers::text_of(*resource) +
                  ", which times report.resource_scale is no whole number");
  if (!units)
    return refuse(name + ", the resource, is no whole number" + found_instead(*resource) +
                  (printed && std::isfinite(*printed)
                       ? ": found " + schedulers::text_of(*resource) +
                             "; report.resource_scale is for fractions"
                       : ""));
  if (*units + offset_ < 1)
    return refuse(name + " is " + schedulers::text_of(*resource) +
                  ": the first is 1; report.resource_offset is for programs that count from 0");
  return *units + offset_;
}

/// Adds a warning that a trial gets once. `kind` identifies it.
void ReportParser::warn_once(std::string_view kind, std::string_view line, std::string why,
                             Found& found) {
  if (std::ranges::find(warned_, kind) != warned_.end()) return;
  warned_.emplace_back(kind);
  found.emplace_back(Malformed{shown(line), std::move(why), std::string(kind)});
}

}  // namespace troupe::actors
