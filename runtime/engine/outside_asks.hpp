#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "runtime/cell/envelope.hpp"

namespace troupe::runtime {

/// Questions of those who are no actors: plain threads, and other nodes.
///
/// Protocol: the table is under its mutex; an entry is taken out there by whoever answers or gives
/// up first, and its callback is called outside of it. So each is called at most once.
class OutsideAsks {
 public:
  using Callback = std::function<void(Envelope::Ptr answer)>;

  /// The top byte of the ids, where a dispatcher's number would be.
  static constexpr std::uint8_t home = 0xff;

  [[nodiscard]] CorrelationId open(Callback callback);
  /// False if it was answered already.
  bool close(CorrelationId id);
  void answer(Envelope::Ptr answer);

 private:
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, Callback> pending_;
};

}  // namespace troupe::runtime
