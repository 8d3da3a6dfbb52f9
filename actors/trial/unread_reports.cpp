#include "actors/trial/unread_reports.hpp"

#include <algorithm>

#include "actors/trial/report_json.hpp"
#include "actors/utf8.hpp"

namespace troupe::actors {

using Format = ReportFormat::Format;

namespace {

constexpr std::size_t examined_bytes_max = std::size_t{1} << 20;
constexpr std::size_t shown_columns_max = 100;  ///< Code points of a line.

/// Whether a number follows `name` in the line, as in "loss: 0.5" or "loss 0.5". Not behind a
/// longer name that ends with `name`, and no number that no format reads, as "0,5".
bool has_number_behind(std::string_view line, std::string_view name) {
  for (std::size_t at = line.find(name); at != line.npos; at = line.find(name, at + 1)) {
    const char before = at == 0 ? ' ' : line[at - 1];
    if (is_word_char(before)) continue;
    const std::string_view rest = line.substr(at + name.size());
    const std::size_t digit = rest.find_first_not_of(" \t:='\"-+.");
    if (digit == rest.npos || digit == 0 || rest[digit] < '0' || rest[digit] > '9') continue;
    // The suggested pattern begins at a word: it would read the number of "val-loss" too.
    if (std::string_view("-./@").find(before) != std::string_view::npos) return false;
    const std::string_view number = rest.substr(digit);
    return !has_comma_between_digits(number.substr(0, number.find_first_not_of("0123456789.,")));
  }
  return false;
}

}  // namespace

void UnreadReports::feed(runtime::Stream stream, std::string_view bytes) {
  if (!hint_.empty() || bytes_ > examined_bytes_max) return;
  bytes_ += bytes.size();
  lines_.at(stream == runtime::Stream::out ? 0 : 1)
      .feed(bytes, [&](std::string_view line, LineSplitter::Whole whole) {
        if (hint_.empty() && whole == LineSplitter::Whole::yes) examine(stream, line);
      });
}

bool UnreadReports::is_read(runtime::Stream stream) const {
  return (stream == runtime::Stream::err) ==
         (format_.stream == ReportFormat::Stream::stderr_stream);
}

void UnreadReports::examine(runtime::Stream stream, std::string_view line) {
  std::string buffer;
  line = without_escapes(line, buffer);
  const auto needed = keys_for(line);
  if (!needed) return;
  std::string keys = *needed;
  if (!is_read(stream)) {
    if (!keys.empty()) keys += ", ";
    keys += stream == runtime::Stream::err ? "stream: stderr" : "stream: stdout";
  }
  if (keys.empty()) return;
  const std::string_view shown = utf8_prefix(line, shown_columns_max);
  hint_ = "the line '" + valid_utf8(shown) + (shown.size() < line.size() ? "..." : "") +
          "' looks like a report in another format; report: {" + keys + "} would read it";
}

/// The keys of `report` that read the line; empty: the given ones do; none: it is no report, or no
/// keys read it.
std::optional<std::string> UnreadReports::keys_for(std::string_view line) const {
  if (line.find(syne_tag) != line.npos)
    return format_.format == Format::syne_tune ? "" : "format: syne-tune";
  if (!has_number_behind(line, format_.metric)) return std::nullopt;
  const bool prints_resource = format_.resource == ReportFormat::ResourceSource::reported;
  const auto pairs = values_from_pairs(line).values;
  const auto is_number = [&](const std::string& name) {
    const auto* const value = find_value(pairs, name);
    return value != nullptr && as_number(*value).has_value();
  };
  if (is_number(format_.metric) && (!prints_resource || is_number(format_.resource_attr)))
    return format_.format == Format::name_value ? "" : "format: name-value";
  const auto can_be_group = [](const std::string& name) {
    return std::ranges::all_of(name, is_word_char);
  };
  const bool finds_resource = prints_resource && has_number_behind(line, format_.resource_attr);
  if (!can_be_group(format_.metric) || (finds_resource && !can_be_group(format_.resource_attr)))
    return std::nullopt;
  // Between name and number there is no sign or point, which belong to the number.
  const auto group = [](const std::string& name) {
    return "'\\b" + name + "[^-+.\\w]+(?<" + name + ">[-+.\\w]+)'";
  };
  std::string keys = "patterns: [";
  if (finds_resource) keys += group(format_.resource_attr) + ", ";
  keys += group(format_.metric) + "]";
  if (prints_resource && !finds_resource) keys += ", resource: count";
  return keys;
}

}  // namespace troupe::actors
