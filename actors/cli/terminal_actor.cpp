#include "actors/cli/terminal_actor.hpp"

#include <cerrno>
#include <utility>

#include <unistd.h>

#include "actors/terminal/environment.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::cli {

using runtime::Context;

namespace {

constexpr Duration tick_interval = std::chrono::milliseconds(200);

template <typename... Es>
std::vector<std::string> kinds_of(const runtime::Ref<Es...>&) {
  return {std::string(Es::wire_name)...};
}

}  // namespace

void write_out(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
}

TerminalActor::TerminalActor(actors::Screen screen, std::uint64_t known_rows,
                             actors::StudyRef study, bool ticking)
    : screen_(std::move(screen)), known_rows_(known_rows), study_(study), ticking_(ticking) {}

void TerminalActor::started(Context& self) {
  self.monitor(study_);
  self.tell(study_, actors::Subscribe{self.address(), kinds_of(Ref()), known_rows_});
  synced_ = self.now();
  const auto now = actors::surroundings_of(STDOUT_FILENO);
  columns_ = now.columns;
  rows_ = now.rows;
  write_out(screen_.open(elapsed(self)));
  if (ticking_) self.after(tick_interval, Tick{});
}

Duration TerminalActor::elapsed(Context& self) const {
  return active_at_sync_ + (self.now() - synced_);
}

void TerminalActor::show(Context& self, const actors::StudyEvent& event) {
  write_out(screen_.on(event, elapsed(self)));
}

void TerminalActor::on(Context& self, const actors::StudyStatus& status) {
  active_at_sync_ = seconds(status.active_s);
  synced_ = self.now();
  if (status.no_room.empty() == no_room_) {
    no_room_ = !no_room_;
    write_out(screen_.note(no_room_ ? status.no_room + ": no trial starts until there is room"
                                    : "there is room on the disk again: trials start",
                           elapsed(self)));
  }
  if (!ticking_) write_out(screen_.tick(elapsed(self)));
}

void TerminalActor::on(Context& self, const Tick&) {
  const auto now = actors::surroundings_of(STDOUT_FILENO);
  if (now.columns != columns_ || now.rows != rows_) {
    columns_ = now.columns;
    rows_ = now.rows;
    write_out(screen_.resize(columns_, rows_, elapsed(self)));
  }
  write_out(screen_.tick(elapsed(self)));
  self.after(tick_interval, Tick{});
}

void TerminalActor::on(Context& self, const runtime::Down&) {
  self.stop();
}

void TerminalActor::stopping(Context& self) {
  write_out(screen_.close(elapsed(self)));
}

}  // namespace troupe::cli
