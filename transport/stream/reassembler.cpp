#include "transport/stream/reassembler.hpp"

#include <string>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::transport {
namespace {

Error malformed_message(std::string what) {
  return {ErrorKind::bad_input, std::move(what)};
}

}  // namespace

Result<void> Reassembler::add(Bytes body) {
  check(body_.empty(), "all messages of a frame are pulled before the next frame is added");
  std::size_t have = delivered_ ? 0 : assembly_.size();
  std::size_t total = total_;
  for (Bytes rest = body; !rest.empty();) {
    const auto record = take_record(rest);
    if (!record) return record.error();
    const auto& [part, announced, bytes] = **record;
    const bool starts = part == Record::Part::whole || part == Record::Part::first;
    if (starts != (total == 0))
      return malformed_message(starts ? "a message starts inside another" : "a part of no message");
    const std::size_t size = part == Record::Part::first ? announced : bytes.size();
    if (starts && size > message_max_)
      return malformed_message("a message of " + std::to_string(size) + " bytes; at most " +
                               std::to_string(message_max_) + " are taken");
    if (part == Record::Part::whole) continue;
    if (part == Record::Part::first) {
      if (announced == 0) return malformed_message("an empty message in several parts");
      total = announced;
      have = 0;
    }
    have += bytes.size();
    if (part == Record::Part::last ? have != total : have >= total)
      return malformed_message("the parts of a message of " + std::to_string(total) +
                               " bytes add up to " + std::to_string(have));
    if (part == Record::Part::last) total = 0;
  }
  body_ = body;
  return {};
}

std::optional<Bytes> Reassembler::next_message() {
  if (delivered_) {
    std::vector<std::byte>().swap(assembly_);  // Messages in several parts are large and rare.
    delivered_ = false;
  }
  while (!body_.empty()) {
    const Record record = **take_record(body_);
    if (record.part == Record::Part::whole) return record.bytes;
    if (record.part == Record::Part::first) {
      total_ = record.total;
      assembly_.reserve(total_);
    }
    assembly_.insert(assembly_.end(), record.bytes.begin(), record.bytes.end());
    if (record.part == Record::Part::last) {
      check(assembly_.size() == total_, "the parts of a message add up to its announced size");
      total_ = 0;
      delivered_ = true;
      return Bytes(assembly_);
    }
  }
  return std::nullopt;
}

}  // namespace troupe::transport
