#include "actors/cli/progress.hpp"

#include <cstdio>
#include <utility>

#include <unistd.h>

namespace troupe::cli {

namespace {

constexpr auto silence = std::chrono::seconds(1);
constexpr auto interval = std::chrono::milliseconds(100);
constexpr std::size_t bar_columns = 30;

}  // namespace

Progress::Progress(std::string what, std::size_t count)
    : what_(std::move(what)),
      count_(count),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::size_t done) {
  if (!is_terminal_ || count_ == 0) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - start_ < silence || (shown_ && now - last_ < interval)) return;
  last_ = now;
  shown_ = true;
  const std::size_t filled = bar_columns * done / count_;
  const std::string bar = std::string(filled, '#') + std::string(bar_columns - filled, '.');
  std::string left;
  if (done > 0) {
    const double spent = std::chrono::duration<double>(now - start_).count();
    const double rest = spent * static_cast<double>(count_ - done) / static_cast<double>(done);
    left = ", " + std::to_string(static_cast<long>(rest) + 1) + " s left";
  }
  std::fprintf(stderr, "\r\x1b[K%s [%s] %zu of %zu%s", what_.c_str(), bar.c_str(), done, count_,
               left.c_str());
  std::fflush(stderr);
}

}  // namespace troupe::cli
