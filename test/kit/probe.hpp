#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "runtime/context.hpp"
#include "test/kit/test_node.hpp"

namespace troupe::test {

/// A message with code that the receiving actor runs for a test.
struct Do {
  static constexpr std::string_view wire_name = "test.Do";
  static constexpr bool local_only = true;
  std::function<void(runtime::Context&)> code;
  static auto fields(auto&) { return no_fields(); }
};

/// An actor that a test controls: it keeps the messages that it receives, in order, until the test
/// expects them, and it runs code for the test.
template <typename... Ms>
class Probe {
  struct NoAnswer {};
  template <typename M>
  struct AnswerOf {
    using Type = NoAnswer;
  };
  template <runtime::Question M>
  struct AnswerOf<M> {
    using Type = runtime::Answer<M>;
  };

  struct Log {
    std::deque<std::variant<std::monostate, Ms...>> received;
    std::tuple<std::pair<std::type_identity<Ms>, std::deque<typename AnswerOf<Ms>::Type>>...>
        unanswered;

    template <typename M>
    auto& answers() {
      return std::get<std::pair<std::type_identity<M>, std::deque<typename AnswerOf<M>::Type>>>(
                 unanswered)
          .second;
    }
  };

  class Recorder {
   public:
    using Ref = runtime::Ref<Ms...>;
    using Private = runtime::Ref<Do>;

    explicit Recorder(std::shared_ptr<Log> log) : log_(std::move(log)) {}
    template <typename M>
      requires runtime::one_of<M, Ms...>
    void on(runtime::Context& self, M message) {
      log_->received.emplace_back(std::move(message));
      if constexpr (runtime::Question<M>)
        log_->template answers<M>().push_back(self.template answer_later<M>());
    }
    void on(runtime::Context& self, const Do& message) { message.code(self); }

   private:
    std::shared_ptr<Log> log_;
  };

 public:
  using Ref = runtime::Ref<Ms...>;

  explicit Probe(TestNode& world)
      : world_(&world), log_(std::make_shared<Log>()), ref_(world.spawn<Recorder>(log_)) {}

  [[nodiscard]] const Ref& ref() const { return ref_; }
  [[nodiscard]] runtime::Address address() const { return ref_.address(); }

  /// Returns the next message, stepping if there is none; throws unless it is an M.
  template <typename M>
  M expect() {
    if (log_->received.empty()) world_->run();
    if (log_->received.empty())
      throw std::runtime_error("expected " + std::string(M::wire_name) + ", but nothing came");
    auto* const found = std::get_if<M>(&log_->received.front());
    if (found == nullptr)
      throw std::runtime_error("expected " + std::string(M::wire_name) + ", but " + next_name() +
                               " came");
    M message = std::move(*found);
    log_->received.pop_front();
    return message;
  }
  /// Returns the next message if it is an M, stepping if there is none.
  template <typename M>
  std::optional<M> take() {
    if (log_->received.empty()) world_->run();
    if (log_->received.empty() || !std::holds_alternative<M>(log_->received.front()))
      return std::nullopt;
    return expect<M>();
  }
  /// Steps until nothing is left to do, and returns whether no message has come.
  [[nodiscard]] bool is_silent() {
    world_->run();
    return log_->received.empty();
  }
  [[nodiscard]] std::size_t size() const { return log_->received.size(); }

  /// Answers the oldest Q that was received and not answered.
  template <runtime::Question Q>
  void answer(Result<typename Q::Reply> result) {
    auto& unanswered = log_->template answers<Q>();
    if (unanswered.empty())
      throw std::runtime_error("nobody waits for an answer to " + std::string(Q::wire_name));
    unanswered.front().give(std::move(result));
    unanswered.pop_front();
  }

  /// Runs `code(Context&)` in the actor as one message, and steps until nothing is left to do.
  void run(std::function<void(runtime::Context&)> code) {
    world_->node().tell(runtime::Ref<Do>(address()), Do{std::move(code)});
    world_->run();
  }

 private:
  [[nodiscard]] std::string next_name() const {
    return std::visit(
        []<typename M>(const M&) {
          if constexpr (std::is_same_v<M, std::monostate>)
            return std::string();
          else
            return std::string(M::wire_name);
        },
        log_->received.front());
  }

  TestNode* world_;
  std::shared_ptr<Log> log_;
  Ref ref_;
};

template <typename... Ms>
Probe<Ms...> TestNode::probe() {
  return Probe<Ms...>(*this);
}

}  // namespace troupe::test
