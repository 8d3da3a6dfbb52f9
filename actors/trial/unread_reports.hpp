#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "actors/study_file/study_spec.hpp"
#include "actors/trial/report_text.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::actors {

/// Finds lines of a program without reports that look like reports in another format. Reads the
/// beginning of the output only.
class UnreadReports {
 public:
  explicit UnreadReports(const ReportFormat& format) : format_(format) {}

  void feed(runtime::Stream stream, std::string_view bytes);
  /// The first such line and the keys that would read it, as a part of a message; empty: none.
  [[nodiscard]] const std::string& hint() const { return hint_; }

 private:
  void examine(runtime::Stream stream, std::string_view line);
  [[nodiscard]] std::optional<std::string> keys_for(std::string_view line) const;
  [[nodiscard]] bool is_read(runtime::Stream stream) const;

  ReportFormat format_;
  std::array<LineSplitter, 2> lines_;  ///< Of stdout and stderr.
  std::size_t bytes_ = 0;
  std::string hint_;
};

}  // namespace troupe::actors
