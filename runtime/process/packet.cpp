#include "runtime/process/packet.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

namespace {

// The first byte of each packet says where the rest of it is.
constexpr char is_inline = 'i';
constexpr char in_memory_file = 'm';

/// Space for the control message that carries the descriptors.
struct alignas(cmsghdr) Control {
  std::array<char, CMSG_SPACE((Packet::descriptor_max + 1) * sizeof(int))> bytes{};
};

Sent send_raw(int socket, char kind, std::string_view bytes, std::span<const int> descriptors) {
  std::array<iovec, 2> parts{iovec{&kind, 1}, iovec{const_cast<char*>(bytes.data()), bytes.size()}};
  Control control;
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (!descriptors.empty()) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return Sent::all;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return Sent::would_block;
    if (errno != EINTR) return Sent::broken;
  }
}

Descriptor memory_file(std::string_view bytes) {
  Descriptor file(::memfd_create("troupe-packet", MFD_CLOEXEC));
  while (file && !bytes.empty()) {
    const auto wrote = ::write(file.get(), bytes.data(), bytes.size());
    if (wrote < 0) {
      if (errno == EINTR) continue;
      return {};
    }
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return file;
}

bool read_memory_file(int file, std::string& bytes) {
  struct stat stat{};
  if (::fstat(file, &stat) != 0 || stat.st_size < 0 ||
      static_cast<std::size_t>(stat.st_size) > Packet::bytes_max)
    return false;
  bytes.resize(static_cast<std::size_t>(stat.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got =
        ::pread(file, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

std::vector<Descriptor> take_descriptors(msghdr& message) {
  std::vector<Descriptor> taken;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      taken.emplace_back(fd);
    }
  }
  return taken;
}

}  // namespace

Sent send_packet(int socket, std::string_view bytes, std::span<const int> descriptors) {
  check(descriptors.size() <= Packet::descriptor_max,
        "a packet carries no more descriptors than its limit");
  check(bytes.size() <= Packet::bytes_max, "a packet is no longer than its limit");
  if (bytes.size() <= Packet::inline_max) return send_raw(socket, is_inline, bytes, descriptors);
  const Descriptor file = memory_file(bytes);
  if (!file) return Sent::broken;
  std::vector<int> all{file.get()};
  all.insert(all.end(), descriptors.begin(), descriptors.end());
  return send_raw(socket, in_memory_file, {}, all);
}

Received receive_packet(int socket, Packet& packet) {
  char kind = 0;
  packet.bytes.resize(Packet::inline_max);
  std::array<iovec, 2> parts{iovec{&kind, 1}, iovec{packet.bytes.data(), packet.bytes.size()}};
  Control control;
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Received::nothing_yet;
  if (got <= 0) return Received::closed;
  packet.descriptors = take_descriptors(message);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return Received::closed;
  packet.bytes.resize(static_cast<std::size_t>(got) - 1);
  if (kind == is_inline) return Received::packet;
  if (kind != in_memory_file || packet.descriptors.empty()) return Received::closed;
  if (!read_memory_file(packet.descriptors.front().get(), packet.bytes)) return Received::closed;
  packet.descriptors.erase(packet.descriptors.begin());
  return Received::packet;
}

Sent PacketQueue::flush(int socket) {
  while (!waiting_.empty()) {
    std::vector<int> descriptors;
    for (const Descriptor& each : waiting_.front().descriptors) descriptors.push_back(each.get());
    if (const Sent sent = send_packet(socket, waiting_.front().bytes, descriptors);
        sent != Sent::all)
      return sent;
    waiting_.pop_front();
  }
  return Sent::all;
}

}  // namespace troupe::runtime
