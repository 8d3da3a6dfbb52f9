#include "runtime/keys/admissions.hpp"

#include <array>
#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include <sys/inotify.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "runtime/io_thread.hpp"
#include "transport/enrolment.hpp"
#include "transport/frame.hpp"
#include "transport/zmq/zmq_wire.hpp"

namespace troupe::runtime {

namespace {

/// Seconds since 1970.
std::int64_t seconds_now(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::seconds>(clock.wall()).count();
}

/// A random id, drawn from a new key pair.
transport::PeerId drawn_id() {
  return transport::load<std::uint64_t>(transport::make_key_pair().public_key.bytes) | 1;
}

}  // namespace

Admissions::Admissions(Reactor& reactor, const Clock& clock, KeyFolder folder,
                       std::function<void()> on_change)
    : reactor_(reactor),
      clock_(clock),
      folder_(std::move(folder)),
      on_change_(std::move(on_change)),
      notify_fd_(folder_.path().empty() ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  // The watch is set before the first read, so that no change is missed between the two.
  if (notify_fd_ >= 0 &&
      inotify_add_watch(notify_fd_, folder_.path().c_str(),
                        IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_ATTRIB) >= 0)
    watch_ = reactor_.watch_readable(notify_fd_, [this] { on_event(); });
  read();
}

Admissions::~Admissions() {
  if (watch_ != Reactor::WatchId::none) reactor_.unwatch(watch_);
  if (notify_fd_ >= 0) close(notify_fd_);
}

void Admissions::on_event() {
  std::array<char, 4096> events{};
  while (::read(notify_fd_, events.data(), events.size()) > 0) {
  }
  read();
  on_change_();
}

void Admissions::read() {
  const Entry own{{"", std::string(role_own)}, {}};
  const std::vector<transport::Key> own_keys = folder_.own_keys();
  for (const transport::Key& key : own_keys) entries_.emplace(transport::to_text(key), own);
  const auto keys = folder_.admitted();
  trouble_ = keys ? std::string() : keys.error().what;
  if (!keys) return;
  entries_.clear();
  for (const AdmittedKey& key : *keys)
    entries_[transport::to_text(key.key)] = {{key.name, key.role, key.invited_until.has_value()},
                                             key.invited_until};
  for (const transport::Key& key : own_keys)
    entries_.insert_or_assign(transport::to_text(key), own);
  check(entries_.size() <= keys->size() + own_keys.size(), "each admitted key has one line");
}

std::optional<transport::Member> Admissions::member_of(std::string_view key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const auto& [member, invited_until] = found->second;
  if (invited_until && *invited_until <= seconds_now(clock_)) return std::nullopt;
  return member;
}

bool Admissions::is_expired(std::string_view key) const {
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second.invited_until && !member_of(key);
}

Result<void> Admissions::enrol(const transport::Key& invitation, const transport::Key& own) {
  auto enrolled = folder_.enrol(invitation, own, seconds_now(clock_));
  read();
  return enrolled;
}

Result<void> enrol(const std::string& address, const std::string& name,
                   const transport::Key& invitation, const transport::Key& own, Duration patience) {
  IoThread io("troupe-enrol");
  std::unique_ptr<transport::Enrolment> enrolment;
  std::promise<Result<void>> answer;
  const transport::KeyPair pair{transport::public_key_of(invitation), invitation};
  const auto nobody = [](std::string_view) { return std::optional<transport::Member>(); };
  io.post([&] {
    const auto self = drawn_id();
    enrolment = std::make_unique<transport::Enrolment>(
        io,
        std::make_unique<transport::ZmqWire>(
            io, self, transport::ZmqWire::Options{.security = transport::Security{pair, nobody}}),
        self, name, own, address, patience,
        [&](Result<void> result) { answer.set_value(std::move(result)); });
  });
  Result<void> result = answer.get_future().get();
  std::promise<void> gone;
  io.post([&] {
    enrolment.reset();
    gone.set_value();
  });
  gone.get_future().wait();
  return result;
}

}  // namespace troupe::runtime
