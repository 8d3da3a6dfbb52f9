#include "runtime/remote/peer_table.hpp"

#include "runtime/core/check.hpp"

namespace troupe::runtime {

PeerTable::Peer* PeerTable::find(NodeId node) {
  const auto found = peers_.find(node);
  return found == peers_.end() ? nullptr : &found->second;
}

const PeerTable::Peer* PeerTable::find(NodeId node) const {
  const auto found = peers_.find(node);
  return found == peers_.end() ? nullptr : &found->second;
}

void PeerTable::add(NodeId node, const std::string& name, const Resources& resources) {
  const std::lock_guard lock(mutex_);
  Peer peer;
  peer.name = name;
  peer.resources = resources;
  peers_.insert_or_assign(node, std::move(peer));
}

std::optional<PeerTable::Lost> PeerTable::remove(NodeId node) {
  decltype(peers_)::node_type taken;
  {
    const std::lock_guard lock(mutex_);
    taken = peers_.extract(node);
  }
  if (taken.empty()) return std::nullopt;
  Peer& peer = taken.mapped();
  Lost lost{.name = std::move(peer.name),
            .asks = {},
            .watches = {peer.watches.begin(), peer.watches.end()},
            .waiting = {}};
  for (const std::uint64_t ask : peer.asks) lost.asks.push_back(CorrelationId{ask});
  for (const Channel channel : channels)
    for (const CorrelationId ask : peer.queues[channel].take_waiting()) lost.waiting.push_back(ask);
  return lost;
}

std::vector<NodeUp> PeerTable::nodes() const {
  const std::lock_guard lock(mutex_);
  std::vector<NodeUp> up;
  for (const auto& [node, peer] : peers_) up.push_back({node, peer.name, peer.resources});
  return up;
}

Resources PeerTable::resources(NodeId node) const {
  const std::lock_guard lock(mutex_);
  const Peer* const peer = find(node);
  return peer != nullptr ? peer->resources : Resources{};
}

std::size_t PeerTable::queued_bytes(NodeId node) const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  if (const Peer* const peer = find(node))
    for (const Channel channel : channels) bytes += peer->queues[channel].bytes();
  return bytes;
}

PeerTable::Enqueued PeerTable::enqueue(NodeId to, const WireHeader& header, Outgoing outgoing) {
  const std::lock_guard lock(mutex_);
  Peer* const peer = find(to);
  if (peer == nullptr) return {Status::not_linked};
  SendQueue& queue = peer->queues[outgoing.channel()];
  Enqueued result{Status::queued};
  const bool has_room = queue.has_room(outgoing.size(), SendQueue::bytes_max);
  if (outgoing.channel() == Channel::bulk) {
    if (!has_room) return {Status::full};
    if (header.ask != 0 && !queue.has_room(outgoing.size(), SendQueue::question_bytes_max))
      return {Status::full};
  } else {
    result.overflows = !has_room && queue.bytes() <= SendQueue::bytes_max;
  }
  const bool is_ours =
      header.kind == WireHeader::Kind::message || header.kind == WireHeader::Kind::watch;
  if (is_ours && header.ask != 0) peer->asks.insert(header.ask);
  queue.push(std::move(outgoing));
  result.needs_flush = !std::exchange(peer->flush_pending, true);
  return result;
}

void PeerTable::take_queued(NodeId node, PerChannel<std::deque<Outgoing>*> taken) {
  const std::lock_guard lock(mutex_);
  Peer& peer = peers_.at(node);
  peer.flush_pending = false;
  for (const Channel channel : channels) peer.queues[channel].take_into(*taken[channel]);
}

std::vector<CorrelationId> PeerTable::release(NodeId node, Channel channel, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  return peers_.at(node).queues[channel].release(bytes);
}

bool PeerTable::is_above_high_water(NodeId node, Channel channel) const {
  const std::lock_guard lock(mutex_);
  const Peer* const peer = find(node);
  return peer != nullptr && peer->queues[channel].is_above_high_water();
}

bool PeerTable::wait_until_writable(NodeId node, Channel channel, CorrelationId ask) {
  const std::lock_guard lock(mutex_);
  Peer* const peer = find(node);
  if (peer == nullptr || !peer->queues[channel].is_above_high_water()) return false;
  peer->queues[channel].add_waiting(ask);
  return true;
}

bool PeerTable::close_ask(NodeId node, CorrelationId ask) {
  const std::lock_guard lock(mutex_);
  Peer* const peer = find(node);
  return peer != nullptr && peer->asks.erase(ask.value) > 0;
}

bool PeerTable::open_question(NodeId node) {
  const std::lock_guard lock(mutex_);
  Peer* const peer = find(node);
  check(peer != nullptr, "a question comes from a node whose link is up");
  if (peer->questions >= questions_max) return false;
  ++peer->questions;
  return true;
}

void PeerTable::close_question(NodeId node) {
  const std::lock_guard lock(mutex_);
  Peer* const peer = find(node);
  if (peer != nullptr && peer->questions > 0) --peer->questions;
}

void PeerTable::add_watch(Address watcher, Address actor) {
  const std::lock_guard lock(mutex_);
  if (Peer* const peer = find(actor.node)) peer->watches.emplace(watcher, actor);
}

bool PeerTable::remove_watch(Address watcher, Address actor) {
  const std::lock_guard lock(mutex_);
  Peer* const peer = find(actor.node);
  return peer != nullptr && peer->watches.erase({watcher, actor}) > 0;
}

}  // namespace troupe::runtime
