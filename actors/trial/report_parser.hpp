#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/study_file/study_spec.hpp"
#include "actors/trial/line_splitter.hpp"
#include "runtime/process/processes.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

class LinePattern;

/// A program said how good it is.
struct Report {
  schedulers::Resource resource = 0;  ///< Of the trial in all: offset and resumption counted in.
  double metric = 0;                  ///< May be NaN or infinite.
  schedulers::Config values;          ///< Every key with a value, as printed and in its order.
  friend bool operator==(const Report&, const Report&) = default;
};

/// A line that looks like a report and is none.
struct Malformed {
  std::string line;  ///< Its beginning, if it is long.
  std::string why;
  friend bool operator==(const Malformed&, const Malformed&) = default;
};

using ReportLine = std::variant<Report, Malformed>;

/// Finds the reports in what a program prints, in bounded memory whatever it prints.
///
/// syne_tune   `[tune-metric]: {...}` anywhere in a line, up to the line's last brace; one a line;
/// at
///             most 50,000 bytes of JSON, with NaN and Infinity as Python prints them.
/// name_value  `name=value` anywhere in a line, spaces around the sign allowed. A report is a line
///             that has the metric and the resource both.
/// regex       a line that the pattern matches; its groups named as the metric, the resource, and
///             whatever else is to be kept.
class ReportParser {
 public:
  /// `from`: the resource at which the attempt goes on; 0 for a new trial. A pattern that does not
  /// compile fails a check: the study file was validated.
  ReportParser(const ReportFormat& format, schedulers::Resource from);
  ReportParser(ReportParser&&) noexcept;
  ReportParser& operator=(ReportParser&&) noexcept;
  ~ReportParser();

  /// Output of the other stream is passed over.
  std::vector<ReportLine> feed(runtime::Stream stream, std::string_view bytes);
  /// The program has ended: its last line may lack its end.
  std::vector<ReportLine> finish();

 private:
  void read_line(std::string_view line, LineSplitter::Whole whole, std::vector<ReportLine>& found);
  [[nodiscard]] bool looks_like_report(std::string_view line) const;
  void accept(std::string_view line, schedulers::Config values, std::vector<ReportLine>& found);

  ReportFormat format_;
  schedulers::Resource offset_;
  std::unique_ptr<LinePattern> pattern_;  ///< format regex only.
  LineSplitter lines_;
  /// name_value: somebody who prints the metric without the resource is told, once.
  bool knows_format_ = false;
};

}  // namespace troupe::actors
