#include "runtime/remote/outgoing.hpp"

#include "runtime/core/check.hpp"

namespace troupe::runtime {

namespace {

bool is_exhausted(const Result<void>& sent) {
  return !sent && sent.error().kind == ErrorKind::exhausted;
}

}  // namespace

std::size_t OutgoingStream::flush(const Send& send, const Refused& refused) {
  std::size_t done = 0;
  while (!messages_.empty()) {
    const std::size_t size = messages_.front().size();  // `send` may take the bytes.
    if (!transmit(messages_.front(), send, refused)) break;
    done += size;
    messages_.pop_front();
  }
  return done;
}

/// False if the link has no room now.
bool OutgoingStream::transmit(Outgoing& outgoing, const Send& send, const Refused& refused) {
  const MessageType* const type = outgoing.type();
  if (type != nullptr && declared_.number(type) == 0) {
    Outgoing declaration(outgoing.channel(),
                         DeclaredTypes::declaration(type, declared_.next_number()));
    if (is_exhausted(send(declaration))) return false;
    declared_.add(type);
  }
  if (type != nullptr) {
    check(declared_.number(type) != 0, "a type is declared before a message of it is sent");
    outgoing.set_type_number(declared_.number(type));
  }
  const auto sent = send(outgoing);
  if (is_exhausted(sent)) return false;
  if (!sent) refused(outgoing, sent.error());
  return true;
}

}  // namespace troupe::runtime
