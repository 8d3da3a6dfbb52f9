#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>

#include "runtime/context.hpp"

// A small actor and its messages, for the runtime's tests.

namespace troupe::runtime {

struct Add {
  static constexpr std::string_view wire_name = "test.Add";
  int amount = 0;
  static auto fields(auto& m) { return std::tuple{field("amount", m.amount)}; }
};

struct TotalReply {
  static constexpr std::string_view wire_name = "test.TotalReply";
  int total = 0;
  static auto fields(auto& m) { return std::tuple{field("total", m.total)}; }
};

struct Total {
  static constexpr std::string_view wire_name = "test.Total";
  using Reply = TotalReply;
  static auto fields(auto&) { return no_fields(); }
};

/// Makes the actor throw.
struct Fail {
  static constexpr std::string_view wire_name = "test.Fail";
  std::string why;
  static auto fields(auto& m) { return std::tuple{field("why", m.why)}; }
};

/// A question whose handler refuses 0 and throws on a negative number.
struct Divide {
  static constexpr std::string_view wire_name = "test.Divide";
  using Reply = TotalReply;
  int by = 1;
  static auto fields(auto& m) { return std::tuple{field("by", m.by)}; }
};

class Counter {
 public:
  using Ref = runtime::Ref<Add, Total, Fail, Divide>;

  void on(Context&, Add message) { total_ += message.amount; }
  TotalReply on(Context&, const Total&) { return {total_}; }
  void on(Context&, const Fail& message) { throw std::runtime_error(message.why); }
  Result<TotalReply> on(Context&, Divide&& message) {
    if (message.by == 0) return Error{ErrorKind::refused, "division by zero"};
    if (message.by < 0) throw std::domain_error("negative");
    return TotalReply{total_ / message.by};
  }

 private:
  int total_ = 0;
};

}  // namespace troupe::runtime
