#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/study_file/study_spec.hpp"
#include "actors/trial/report_text.hpp"
#include "runtime/process/processes.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

class LinePattern;

/// A report of a program: its metric at a resource.
struct Report {
  schedulers::Resource resource = 0;  ///< Of the whole trial: earlier attempts and offset included.
  double metric = 0;                  ///< May be NaN or infinite.
  schedulers::Config values;          ///< Every key with its value, in the order of the line.
  friend bool operator==(const Report&, const Report&) = default;
};

/// A line that looks like a report and is not one.
struct Malformed {
  std::string line;  ///< At most its first 200 bytes.
  std::string why;
  friend bool operator==(const Malformed&, const Malformed&) = default;
};

using ReportLine = std::variant<Report, Malformed>;

/// Parses the reports in the output of a program, in bounded memory. The formats:
///
/// - `syne_tune`: `[tune-metric]: {...}` anywhere in a line, up to the last brace of the line. One
///   report a line, at most 50,000 bytes of JSON, with NaN and Infinity as Python prints them.
/// - `name_value`: `name=value` anywhere in a line, with or without spaces around the sign. A
/// report
///   is a line that has both the metric and the resource.
/// - `regex`: a line that the pattern matches. Its named groups are the metric, the resource, and
///   further values to keep.
class ReportParser {
 public:
  /// `from`: the resource at which the attempt goes on; 0 for a new trial. A pattern that does not
  /// compile fails a check: the study file was validated.
  ReportParser(const ReportFormat& format, schedulers::Resource from);
  ReportParser(ReportParser&&) noexcept;
  ReportParser& operator=(ReportParser&&) noexcept;
  ~ReportParser();

  /// Parses the lines that `bytes` completes. Output of the other stream is ignored.
  std::vector<ReportLine> feed(runtime::Stream stream, std::string_view bytes);
  /// Parses the last line, which may lack its line end. Called when the program has ended.
  std::vector<ReportLine> finish();

 private:
  void read_line(std::string_view line, LineSplitter::Whole whole, std::vector<ReportLine>& found);
  [[nodiscard]] bool looks_like_report(std::string_view line) const;
  void accept(std::string_view line, schedulers::Config values, std::vector<ReportLine>& found);

  ReportFormat format_;
  schedulers::Resource offset_;
  std::unique_ptr<LinePattern> pattern_;  ///< format regex only.
  LineSplitter lines_;
  /// Format `name_value`: whether the warning about a metric without a resource is not due any
  /// more.
  bool knows_format_ = false;
};

}  // namespace troupe::actors
