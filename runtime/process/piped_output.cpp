#include "runtime/process/piped_output.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

PipedOutput::PipedOutput(Reactor& reactor, Descriptor read_end, Deliver deliver,
                         std::function<void()> closed)
    : reactor_(reactor),
      pipe_(std::move(read_end)),
      deliver_(std::move(deliver)),
      closed_(std::move(closed)) {}

PipedOutput::~PipedOutput() {
  unwatch();
}

void PipedOutput::begin() {
  read_at(reactor_.now() + first_read_delay);
}

void PipedOutput::more() {
  if (requested_) return;
  requested_ = true;
  read();
}

void PipedOutput::finish() {
  if (finishing_) return;
  finishing_ = true;
  if (requested_)
    read();
  else
    close_if_drained();
}

void PipedOutput::on_readable() {
  if (reactor_.now() < last_read_ + coalescing_delay) return read();
  unwatch();
  read_at(reactor_.now() + coalescing_delay);
}

void PipedOutput::read_at(Instant when) {
  check(read_timer_ == Reactor::TimerId::none, "one delayed read is scheduled at a time");
  read_timer_ = reactor_.at(when, [this] {
    read_timer_ = Reactor::TimerId::none;
    read();
  });
}

void PipedOutput::read() {
  if (!pipe_) return;
  std::array<char, chunk_max> chunk;
  ssize_t got = 0;
  do {
    got = ::read(pipe_.get(), chunk.data(), chunk.size());
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    unwatch();
    last_read_ = reactor_.now();
    requested_ = false;
    deliver_(std::string(chunk.data(), static_cast<std::size_t>(got)));
    if (finishing_) close_if_drained();
    return;
  }
  if (got < 0 && errno == EAGAIN && !finishing_) {
    watch();
    return;
  }
  close();
}

void PipedOutput::close_if_drained() {
  int left = 0;
  if (pipe_ && ::ioctl(pipe_.get(), FIONREAD, &left) == 0 && left == 0) close();
}

void PipedOutput::close() {
  check(!closed(), "an output closes once");
  unwatch();
  pipe_.reset();
  const auto closed = std::move(closed_);
  closed();
}

void PipedOutput::watch() {
  if (watch_ == Reactor::WatchId::none)
    watch_ = reactor_.watch_readable(pipe_.get(), [this] { on_readable(); });
}

void PipedOutput::unwatch() {
  if (watch_ != Reactor::WatchId::none)
    reactor_.unwatch(std::exchange(watch_, Reactor::WatchId::none));
  if (read_timer_ != Reactor::TimerId::none)
    reactor_.cancel(std::exchange(read_timer_, Reactor::TimerId::none));
}

}  // namespace troupe::runtime
