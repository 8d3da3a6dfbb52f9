#include "actors/head/nodes_file.hpp"

#include <chrono>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/json.hpp"
#include "actors/write_all.hpp"

namespace troupe::actors {

namespace {

constexpr std::size_t dead_max = 64;  ///< Listed dead nodes, the latest ones.

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string name_of(runtime::LinkState state) {
  switch (state) {
    case runtime::LinkState::unreachable:
      return "unreachable";
    case runtime::LinkState::down:
      return "dead";
    default:
      return "up";
  }
}

NodeState state_of(const runtime::LinkReport& link) {
  return {.name = link.name,
          .incarnation = runtime::to_string(link.node),
          .state = name_of(link.state),
          .address = link.address,
          .role = link.role,
          .resources = link.resources,
          .silent_s = seconds_of(link.silent_for),
          .lag_s = seconds_of(link.lag),
          .buffered_bytes = link.buffered_bytes,
          .waiting_bytes = link.waiting_bytes,
          .reason = link.reason};
}

}  // namespace

NodesSnapshot snapshot_of(const runtime::NetworkReport& report, const std::string& address,
                          const Clock& clock) {
  NodesSnapshot snapshot{
      .written_us = clock.wall().count(), .address = address, .trouble = report.trouble};
  std::size_t dead = 0;
  for (const auto& link : report.links) dead += link.state == runtime::LinkState::down ? 1 : 0;
  for (const auto& link : report.links)  // Dead links are at the end, oldest first.
    if (link.state != runtime::LinkState::down || dead-- <= dead_max)
      snapshot.nodes.push_back(state_of(link));
  for (const auto& refusal : report.refusals) {
    const auto ago =
        std::chrono::duration_cast<std::chrono::microseconds>(clock.now() - refusal.last);
    snapshot.refused.push_back(
        {refusal.who, refusal.from, refusal.why, refusal.times, snapshot.written_us - ago.count()});
  }
  return snapshot;
}

void NodesFile::started(runtime::Context& self) {
  on(self, Look{});
}

/// Makes the report on the reactor's thread; the file is written on the actor's thread, which may
/// block.
void NodesFile::on(runtime::Context& self, const Look&) {
  node_.report_network([&node = node_, address = address_,
                        to = self.ref<NodesFile>()](const runtime::NetworkReport& report) {
    node.tell(to, snapshot_of(report, address, node.clock()));
  });
  self.after(interval, Look{});
}

/// Writes the file without fsync: after a crash of the machine its content has no use.
void NodesFile::on(runtime::Context&, const NodesSnapshot& snapshot) {
  const std::string draft = path_ + ".new";
  const std::string text = to_json(snapshot, JsonLayout::indented) + "\n";
  (void)unlink(draft.c_str());  // It may be a link.
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return;
  // An earlier draft may have another mode.
  const bool written = fchmod(fd, mode_) == 0 && write_all(fd, text);
  close(fd);
  if (written) (void)std::rename(draft.c_str(), path_.c_str());  // Else the study reports the disk.
}

}  // namespace troupe::actors
