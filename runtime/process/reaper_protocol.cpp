#include "runtime/process/reaper_protocol.hpp"

#include <cstring>
#include <type_traits>

namespace troupe::runtime {

namespace {

/// Appends values in the byte order of this machine, texts with their length before them.
class PacketWriter {
 public:
  template <typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void put(T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes.append(text);
  }
  void put(const std::vector<std::string>& texts) {
    put(static_cast<std::uint32_t>(texts.size()));
    for (const auto& text : texts) put(std::string_view(text));
  }

  std::string bytes;
};

/// Reads what PacketWriter wrote. Past the end all values are zero and `good` is false.
class PacketReader {
 public:
  explicit PacketReader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T get() {
    T value{};
    if (rest_.size() < sizeof value) {
      fail();
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const auto size = get<std::uint32_t>();
    if (rest_.size() < size) {
      fail();
      return {};
    }
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> out;
    for (auto left = get<std::uint32_t>(); left > 0 && good_; --left) out.push_back(text());
    return out;
  }

  [[nodiscard]] bool good() const { return good_ && rest_.empty(); }

 private:
  void fail() {
    good_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool good_ = true;
};

/// `message`, or an error if `reader` did not match the packet exactly.
template <typename Message>
Result<Message> complete(const PacketReader& reader, Message message) {
  if (!reader.good()) return Error{ErrorKind::bad_input, "a warden's packet does not decode"};
  return message;
}

}  // namespace

std::string encode(const ReaperRequest& request) {
  PacketWriter out;
  out.put(static_cast<std::uint8_t>(request.index()));
  if (const auto* start = std::get_if<StartRequest>(&request)) {
    out.put(start->process);
    out.put(start->spec.argv);
    out.put(start->spec.env);
    out.put(std::string_view(start->spec.cwd));
    out.put(start->spec.memory_limit_bytes.value_or(0));
    out.put(std::int64_t{start->spec.leftover_grace.count()});
  } else if (const auto* end = std::get_if<EndRequest>(&request)) {
    out.put(end->process);
    out.put(std::int64_t{end->grace.count()});
  } else {
    const auto& lease = std::get<LeaseRequest>(request);
    out.put(std::int64_t{lease.until.since_zero.count()});
    out.put(std::int64_t{lease.grace.count()});
  }
  return std::move(out.bytes);
}

Result<ReaperRequest> decode_request(std::string_view bytes) {
  PacketReader in(bytes);
  const auto kind = in.get<std::uint8_t>();
  if (kind == 2) {
    LeaseRequest lease;
    lease.until = Instant{Duration(in.get<std::int64_t>())};
    lease.grace = Duration(in.get<std::int64_t>());
    return complete(in, ReaperRequest(lease));
  }
  if (kind != 0) {
    EndRequest end;
    end.process = in.get<ProcessId>();
    end.grace = Duration(in.get<std::int64_t>());
    return complete(in, ReaperRequest(end));
  }
  StartRequest start;
  start.process = in.get<ProcessId>();
  start.spec.argv = in.texts();
  start.spec.env = in.texts();
  start.spec.cwd = in.text();
  if (const auto limit = in.get<std::uint64_t>(); limit > 0) start.spec.memory_limit_bytes = limit;
  start.spec.leftover_grace = Duration(in.get<std::int64_t>());
  return complete(in, ReaperRequest(std::move(start)));
}

std::string encode(const ReaperNotice& notice) {
  PacketWriter out;
  out.put(static_cast<std::uint8_t>(notice.index()));
  if (const auto* hello = std::get_if<ReaperHello>(&notice)) {
    out.put(std::string_view(hello->name));
    out.put(std::string_view(hello->cgroup));
  } else if (const auto* started = std::get_if<ProcessStarted>(&notice)) {
    out.put(started->process);
    out.put(started->pid);
  } else {
    const auto& ended = std::get<ProcessEnded>(notice);
    out.put(ended.process);
    out.put(ended.cause);
    out.put(ended.code);
    out.put(ended.requested);
    out.put(ended.killed);
    out.put(std::string_view(ended.what));
  }
  return std::move(out.bytes);
}

Result<ReaperNotice> decode_notice(std::string_view bytes) {
  PacketReader in(bytes);
  switch (in.get<std::uint8_t>()) {
    case 0: {
      ReaperHello hello;
      hello.name = in.text();
      hello.cgroup = in.text();
      return complete(in, ReaperNotice(std::move(hello)));
    }
    case 1: {
      ProcessStarted started;
      started.process = in.get<ProcessId>();
      started.pid = in.get<std::int64_t>();
      return complete(in, ReaperNotice(started));
    }
    default: {
      ProcessEnded ended;
      ended.process = in.get<ProcessId>();
      ended.cause = in.get<ProcessEnded::Cause>();
      ended.code = in.get<std::int32_t>();
      ended.requested = in.get<std::uint8_t>() != 0;
      ended.killed = in.get<std::uint32_t>();
      ended.what = in.text();
      return complete(in, ReaperNotice(std::move(ended)));
    }
  }
}

}  // namespace troupe::runtime
