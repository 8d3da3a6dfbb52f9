#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

/// The line of a log at which output is left out.
inline constexpr std::string_view log_gap =
    "[troupe: output beyond the size limit of this log is left out here, except reports]";

/// Whether a line of a log must stay. Called with the line without its end.
using IsKept = std::function<bool(std::string_view line)>;

/// `log` without its middle: the first and the last `part` bytes, rounded to whole lines, and
/// between them `log_gap` and the kept lines. `is_kept` may be empty: no line.
[[nodiscard]] std::string shortened_log(std::string_view log, std::size_t part,
                                        const IsKept& is_kept);

/// A log file that is written by appending. Whenever it has grown to its limit, its middle is left
/// out, except the kept lines: a fourth of the limit stays at each end. Only the kept lines may
/// make the file larger than the limit.
class BoundedLog {
 public:
  /// `root`: the folder of the study, in which no link is followed. `bytes_max`: 0 for no limit.
  /// The file is made with the first byte.
  BoundedLog(std::string root, std::string path, std::uint64_t bytes_max, IsKept is_kept);

  /// Errors name the path and the reason.
  Result<void> append(std::string_view bytes);

 private:
  Result<void> open();
  Result<void> shorten();

  std::string root_;
  std::string path_;
  std::uint64_t bytes_max_;
  IsKept is_kept_;
  runtime::Descriptor file_;
  std::uint64_t size_ = 0;
  std::uint64_t shortened_at_ = 0;  ///< The size at which the middle is left out next.
};

}  // namespace troupe::actors
