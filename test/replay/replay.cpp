#include "test/replay/replay.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"
#include "schedulers/mode.hpp"
#include "test/replay/compare.hpp"
#include "test/replay/subject.hpp"

namespace troupe::replay {
namespace {

using namespace schedulers;

/// The loop that recorded the traces (schedulers/README.md, section 13): workers with recorded
/// costs, one event at a time.
class Cluster {
 public:
  Cluster(const Trace& trace, const RecordedCurves& curves, Subject& subject)
      : trace_(trace),
        curves_(curves),
        subject_(subject),
        mode_(trace.mode == "max" ? Mode::max : Mode::min),
        jobs_(trace.n_workers) {}

  std::optional<std::string> run() {
    if (const auto wrong = subject_.header_difference()) return wrong;
    offer_free_workers();
    while (!difference_) {
      const auto next = std::ranges::min_element(
          jobs_, {}, [](const auto& job) { return std::pair(job ? 0 : 1, job ? job->due : 0.0); });
      if (!*next) break;
      step(static_cast<std::size_t>(next - jobs_.begin()));
      offer_free_workers();
    }
    if (difference_) return difference_;
    if (line_ != trace_.lines.size()) return "ended at line " + std::to_string(line_);
    if (const auto wrong = difference(trace_.end, end())) return "end: " + *wrong;
    return std::nullopt;
  }

 private:
  struct Job {
    TrialId trial = 0;
    double due = 0;
  };

  void offer_free_workers() {
    for (std::size_t w = 0; w < jobs_.size() && !difference_ && !drained_; ++w)
      if (!jobs_[w] && !offer(w)) return;
  }

  bool offer(std::size_t w) {
    const bool more = last_epoch_.size() < trace_.order.size();
    SlotOpened slot;
    if (!more) slot.offer = SlotOpened::Offer::promotions;
    Line line = begin("suggest", w);
    const std::vector<Decision> decisions = ask(slot);
    check(!decisions.empty(), "a free slot is answered");
    if (const auto* start = std::get_if<StartTrial>(&decisions[0])) {
      line.action = "start";
      line.trial = start->trial;
      last_epoch_[start->trial] = 0;
    } else if (const auto* resume = std::get_if<ResumeTrial>(&decisions[0])) {
      line.action = "resume";
      line.trial = resume->trial;
      line.from = resume->from;
      line.until = resume->until;
    } else {
      check(std::holds_alternative<Wait>(decisions[0]) ||
                std::holds_alternative<SlotSkipped>(decisions[0]),
            "otherwise the slot stays free");
      line.action = "none";
      drained_ = trace_.drain == "stop";
    }
    if (line.trial) {
      line.config = trace_.order.at(*line.trial);
      schedule(w, *line.trial);
    }
    compare(std::move(line), decisions);
    return jobs_[w].has_value();
  }

  void step(std::size_t w) {
    const TrialId trial = jobs_[w]->trial;
    now_ = jobs_[w]->due;
    const std::size_t config = trace_.order.at(trial);
    const Resource epoch = last_epoch_[trial] + 1;
    if (const auto fail = trace_.fail.find(config);
        fail != trace_.fail.end() && fail->second == epoch) {
      Line line = begin("error", w);
      line.trial = trial;
      line.epoch = epoch;
      jobs_[w].reset();
      const std::vector<Decision> decisions = ask(TrialFailed{trial});
      check(decisions.empty(), "a failure asks for nothing");
      compare(std::move(line), decisions);
      return;
    }
    const double y = curves_.curves.at(config).at(static_cast<std::size_t>(epoch) - 1);
    last_epoch_[trial] = epoch;
    ++epochs_;
    const std::pair ranked(loss_of(mode_, y), trial);
    best_ = best_ ? std::min(*best_, ranked) : ranked;
    report(w, ReportReceived{trial, epoch, y});
  }

  void report(std::size_t w, const ReportReceived& reported) {
    Line line = begin("report", w);
    line.trial = reported.trial;
    line.epoch = reported.resource;
    line.y = reported.metric;
    const std::vector<Decision> decisions = ask(reported);
    const bool goes_on = std::holds_alternative<ContinueTrial>(decisions.at(0));
    line.decision = goes_on                                            ? "CONTINUE"
                    : std::holds_alternative<PauseTrial>(decisions[0]) ? "PAUSE"
                    : std::holds_alternative<StopTrial>(decisions[0])  ? "STOP"
                                                                       : "neither";
    if (goes_on)
      schedule(w, reported.trial);
    else
      jobs_[w].reset();
    compare(std::move(line), decisions);
  }

  std::vector<Decision> ask(const Event& event) {
    static const Line beyond_the_end;
    return subject_.on(event, line_ < trace_.lines.size() ? trace_.lines[line_] : beyond_the_end);
  }

  void schedule(std::size_t w, TrialId trial) {
    const auto next = static_cast<std::size_t>(last_epoch_[trial]);
    jobs_[w] = Job{trial, now_ + curves_.costs.at(trace_.order.at(trial)).at(next)};
  }

  [[nodiscard]] Line begin(const char* ev, std::size_t w) const {
    Line line;
    line.i = line_;
    line.ev = ev;
    line.t = now_;
    line.w = w;
    return line;
  }

  /// Adds the changes of state by the event, and compares with the next line of the trace.
  void compare(Line line, const std::vector<Decision>& decisions) {
    if (const auto wrong = subject_.describe(line, decisions)) differ(*wrong);
    if (line_ >= trace_.lines.size()) return differ("the trace has ended here");
    if (const auto wrong = difference(trace_.lines[line_], line)) return differ(*wrong);
    ++line_;
  }

  [[nodiscard]] End end() const {
    End end;
    end.t = now_;
    end.n_trials = last_epoch_.size();
    end.epochs = epochs_;
    end.last_epoch = last_epoch_;
    end.best_y = metric_of(mode_, best_->first);
    end.best_trial = best_->second;
    subject_.describe(end);
    return end;
  }

  void differ(const std::string& what) {
    if (!difference_) difference_ = "line " + std::to_string(line_) + ": " + what;
  }

  const Trace& trace_;
  const RecordedCurves& curves_;
  Subject& subject_;
  Mode mode_;
  std::vector<std::optional<Job>> jobs_;  ///< By worker.
  double now_ = 0;
  std::size_t line_ = 0;  ///< The next line of the trace.
  std::size_t epochs_ = 0;
  bool drained_ = false;  ///< No worker asks for a trial any more.
  std::map<TrialId, Resource> last_epoch_;
  std::optional<std::pair<double, TrialId>>
      best_;  ///< The best loss, and the lowest trial with it.
  std::optional<std::string> difference_;
};

}  // namespace

SubjectOrProblem make_subject(const Trace& trace) {
  return trace.type == "synchronous" ? make_sync_subject(trace) : make_halving_subject(trace);
}

std::optional<std::string> replay(const Trace& trace, const RecordedCurves& curves) {
  const SubjectOrProblem made = make_subject(trace);
  if (!made.subject) return made.problem;
  return Cluster(trace, curves, *made.subject).run();
}

}  // namespace troupe::replay
