#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/study_file/line_pattern.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/trial/cut_number.hpp"
#include "actors/trial/report_text.hpp"
#include "runtime/process/processes.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

/// A report of a program: its metric at a resource.
struct Report {
  schedulers::Resource resource = 0;  ///< Of the whole trial: earlier attempts and offset included.
  double metric = 0;                  ///< May be NaN or infinite.
  schedulers::Config values;          ///< Every key with its value, in the order of the line.
  friend bool operator==(const Report&, const Report&) = default;
};

/// A warning about the output of a program: a line that looks like a report and is not one, or that
/// can be read in two ways.
struct Malformed {
  std::string line;  ///< At most its first 200 bytes. Empty: the warning is about no line.
  std::string why;
  std::string once{};  ///< The kind of a warning that a trial gets once; empty: each time.
  friend bool operator==(const Malformed&, const Malformed&) = default;
};

using ReportLine = std::variant<Report, Malformed>;

/// Parses the reports in the output of a program, in bounded memory. ANSI escape sequences are
/// removed first. The formats:
///
/// - `syne_tune`: `[tune-metric]: {...}` anywhere in a line, as often as it comes. At most 50,000
///   bytes of JSON each, with NaN and Infinity as Python or C print them.
/// - `name_value`: `name=value` anywhere in a line, with or without spaces around the sign. A
///   report is a line that has both the metric and the resource.
/// - `regex`: a line that the pattern matches. Its named groups are the metric, the resource, and
///   further values to keep. With several patterns, the values of earlier lines stay until the
///   resource changes, and each line with the metric is a report.
///
/// The first value of a key counts if a line has several. With `resource: count`, each metric is
/// one more unit of resource, counted from `from`.
class ReportParser {
 public:
  /// `from`: the resource at which the attempt goes on; 0 if it has no checkpoint. A pattern that
  /// does not compile fails a check: the study file was validated.
  ReportParser(const ReportFormat& format, schedulers::Resource from);
  ReportParser(ReportParser&&) noexcept;
  ReportParser& operator=(ReportParser&&) noexcept;
  ~ReportParser();

  /// Parses the lines that `bytes` completes. Output of the other stream is ignored.
  std::vector<ReportLine> feed(runtime::Stream stream, std::string_view bytes);
  /// Whether a line of the output may be a report or change what a later one means, so that a log
  /// must keep it.
  [[nodiscard]] bool is_relevant(std::string_view line) const;
  /// Parses the last line, which may lack its line end. Called when the program has ended.
  std::vector<ReportLine> finish();

 private:
  using Found = std::vector<ReportLine>;
  /// What of a line was refused, because the pattern reads a part of the number.
  struct Refused {
    bool metric = false;
    bool resource = false;
  };

  void read_line(std::string_view line, LineSplitter::Whole whole, Found& found);
  void read_tagged(std::string_view line, Found& found);
  void read_pairs(std::string_view line, Found& found);
  void read_patterns(std::string_view line, Found& found);
  void join_state(LineValues read);
  void skip_report(LineValues read, Refused refused);
  void accept_with_state(std::string_view line, LineValues read, Found& found);
  [[nodiscard]] std::optional<schedulers::Resource> resource_in(std::string_view line,
                                                                LineValues& read, Found& found);
  [[nodiscard]] bool is_meant(const LinePattern::Group& group, const CutNumber& cut,
                              std::string_view line, Found& found);
  void accept(std::string_view line, LineValues read, Found& found);
  void warn_once(std::string_view kind, std::string_view line, std::string why, Found& found);

  ReportFormat format_;
  schedulers::Resource offset_;
  std::vector<LinePattern> patterns_;  ///< format regex only.
  LineValues state_;                   ///< Values of earlier lines, with `patterns`.
  schedulers::Resource count_;         ///< The last resource, where reports are counted.
  LineSplitter lines_;
  std::string line_buffer_;
  std::vector<std::string> warned_;  ///< Kinds of warnings that are given once.
  /// Format `name_value`: a report was read, so that a metric without a resource is no mistake.
  bool knows_format_ = false;
};

}  // namespace troupe::actors
