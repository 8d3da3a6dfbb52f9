#include "test/simulation/cluster/canary.hpp"

#include <csignal>
#include <map>
#include <utility>
#include <vector>

#include "transport/frame.hpp"

namespace troupe::actors::cluster {
namespace {

using namespace std::chrono_literals;
using transport::Bytes;
using transport::Route;

class DuplicatingWire final : public transport::Wire {
 public:
  DuplicatingWire(std::unique_ptr<Wire> wire, Rng& rng) : wire_(std::move(wire)), rng_(rng) {}

  void receive_with(OnFrame on_frame) override { wire_->receive_with(std::move(on_frame)); }
  void dial_rejected_with(OnDialRejected on_rejected) override {
    wire_->dial_rejected_with(std::move(on_rejected));
  }
  Result<std::string> listen(const std::string& address) override { return wire_->listen(address); }
  Result<Route> dial(const std::string& address) override { return wire_->dial(address); }
  void hang_up(Route route) override { wire_->hang_up(route); }

  Sent send(Route to, Bytes bytes) override {
    constexpr std::size_t frame_max = std::size_t{1} << 20;
    const auto frame = transport::decode_frame(bytes, frame_max);
    if (!frame || frame->header.kind != transport::FrameKind::data || rng_.below(20) != 0)
      return wire_->send(to, bytes);
    std::vector<std::byte> body(frame->body.begin(), frame->body.end());
    body.insert(body.end(), frame->body.begin(), frame->body.end());
    return wire_->send(to, transport::encode_frame(frame->header, body));
  }

 private:
  std::unique_ptr<Wire> wire_;
  Rng& rng_;
};

class EarlyAckLog final : public StudyLog {
 public:
  EarlyAckLog(std::unique_ptr<StudyLog> log, Rng& rng) : log_(std::move(log)), rng_(rng) {}

  [[nodiscard]] std::uint64_t size() const override { return log_->size(); }
  void add(const StudyRow& row) override { log_->add(row); }
  Result<void> commit() override {
    if (rng_.below(10) == 0) return {};
    return log_->commit();
  }
  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& take) override {
    return log_->each(first, take);
  }

 private:
  std::unique_ptr<StudyLog> log_;
  Rng& rng_;
};

class FaultyReaper final : public runtime::Processes {
 public:
  FaultyReaper(Processes& reaper, Rng& rng) : reaper_(reaper), rng_(rng) {}

  runtime::ProcessId start(runtime::ProcessSpec spec, Sink sink) override {
    const auto program = std::make_shared<Program>(Program{std::move(sink)});
    const auto id = reaper_.start(std::move(spec), [program](runtime::ProcessEvent event) {
      if (!program->forgotten) program->sink(std::move(event));
    });
    programs_.emplace(id, program);
    return id;
  }
  void more(runtime::ProcessId process, runtime::Stream stream) override {
    reaper_.more(process, stream);
  }
  void end(runtime::ProcessId process, Duration grace) override {
    Program& program = *programs_.at(process);
    if (program.forgotten || rng_.below(4) != 0) return reaper_.end(process, grace);
    program.forgotten = true;
    runtime::ProcessEnded ended;
    ended.process = process;
    ended.cause = runtime::ProcessEnded::Cause::signaled;
    ended.code = SIGTERM;
    ended.requested = true;
    program.sink(std::move(ended));
  }

 private:
  struct Program {
    Sink sink;
    bool forgotten = false;
  };
  Processes& reaper_;
  Rng& rng_;
  std::map<runtime::ProcessId, std::shared_ptr<Program>> programs_;
};

}  // namespace

std::unique_ptr<transport::Wire> duplicating_wire(std::unique_ptr<transport::Wire> wire, Rng& rng) {
  return std::make_unique<DuplicatingWire>(std::move(wire), rng);
}

std::unique_ptr<StudyLog> early_ack_log(std::unique_ptr<StudyLog> log, Rng& rng) {
  return std::make_unique<EarlyAckLog>(std::move(log), rng);
}

std::unique_ptr<runtime::Processes> faulty_reaper(runtime::Processes& reaper, Rng& rng) {
  return std::make_unique<FaultyReaper>(reaper, rng);
}

Result<JoinReply> UnfencedStudy::on(runtime::Context& self, const JoinStudy& join) {
  return self.ask(study_, join, 30s);
}

Result<runtime::Done> UnfencedStudy::on(runtime::Context& self, const StopTrial& stop) {
  return self.ask(study_, stop, 30s);
}

Result<StudyStatus> UnfencedStudy::on(runtime::Context& self, const AskStatus& ask) {
  return self.ask(study_, ask, 30s);
}

void UnfencedStudy::on(runtime::Context& self, const Reported& report) {
  const auto earlier = last_.find(report.trial);
  if (earlier != last_.end() && earlier->second.attempt < report.attempt) {
    Reported late = earlier->second;
    late.attempt = ledger_.attempt_of(report.trial);
    self.tell(study_, late);
  }
  last_[report.trial] = report;
  self.tell(study_, report);
}

}  // namespace troupe::actors::cluster
