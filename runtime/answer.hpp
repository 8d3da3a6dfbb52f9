#pragma once

#include <string>
#include <utility>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/result.hpp"
#include "runtime/message.hpp"

namespace troupe::runtime {

class Engine;

namespace detail {
void give_answer(Engine& engine, CorrelationId question, Envelope::Ptr answer);
}  // namespace detail

/// A promise of the answer to a question. If it is destroyed without an answer, the asker gets an
/// error.
template <Question Q>
class Answer {
 public:
  using Reply = typename Q::Reply;

  /// For the runtime. `question` is none if the question was sent with `tell`.
  Answer(Engine& engine, CorrelationId question) : engine_(&engine), question_(question) {}
  Answer(Answer&& other) noexcept
      : engine_(other.engine_), question_(std::exchange(other.question_, CorrelationId{})) {}
  Answer& operator=(Answer&& other) noexcept {
    std::swap(engine_, other.engine_);
    std::swap(question_, other.question_);
    return *this;
  }
  ~Answer() { give(Error{ErrorKind::gone, "the actor never answered"}); }

  /// Sends the answer. Later calls have no effect.
  void give(Result<Reply> result) {
    const CorrelationId question = std::exchange(question_, CorrelationId{});
    if (!question) return;
    detail::give_answer(*engine_, question,
                        result ? Envelope::with(Envelope::Kind::reply, std::move(result).value())
                               : Envelope::with(Envelope::Kind::error, Error(result.error())));
  }

 private:
  Engine* engine_;
  CorrelationId question_;
};

/// Returns the R in an answer, or its error. `bad_input`: the answer is of another type.
template <typename R>
Result<R> reply_in(Result<Envelope::Ptr> answer) {
  if (!answer) return answer.error();
  Envelope& envelope = **answer;
  if (envelope.type() == &message_type<R>) return std::move(envelope.payload<R>());
  if (envelope.kind() == Envelope::Kind::error) return envelope.payload<Error>();
  if constexpr (!local_only<R>)
    if (envelope.kind() == Envelope::Kind::packed_reply) {
      const Packed& packed = envelope.payload<Packed>();
      if (packed.wire_name == R::wire_name) return unpack<R>(packed.bytes, *packed.schemas);
    }
  return Error{ErrorKind::bad_input, "the answer is of another type than the question's Reply"};
}

/// Converts a found address to a ref of type R.
template <typename R>
Result<R> as_ref(Result<Address> address) {
  if (!address) return address.error();
  return R(*address);
}

}  // namespace troupe::runtime
