#include "test/replay/compare.hpp"

#include <cmath>
#include <iomanip>
#include <sstream>

namespace troupe::replay {
namespace {

void show(std::ostream& out, const std::string& text) {
  out << text;
}
template <typename T>
  requires std::is_arithmetic_v<T>
void show(std::ostream& out, T value) {
  out << std::setprecision(17) << value;
}
template <typename T>
void show(std::ostream& out, const std::optional<T>& value);
template <typename T>
void show(std::ostream& out, const std::vector<T>& values);
template <typename A, typename B>
void show(std::ostream& out, const std::pair<A, B>& both);
template <typename A, typename B>
void show(std::ostream& out, const std::map<A, B>& values);
void show(std::ostream& out, const SyncPlace& place);
void show(std::ostream& out, const RungRow& row);

template <typename... Ts>
void show_all(std::ostream& out, const Ts&... parts) {
  out << '(';
  std::size_t left = sizeof...(parts);
  ((show(out, parts), out << (--left > 0 ? " " : "")), ...);
  out << ')';
}
void show(std::ostream& out, const Op& op) {
  show_all(out, op.kind, op.system, op.level, op.trial, op.position);
}
void show(std::ostream& out, const RungState& rung) {
  show_all(out, rung.system, rung.level, rung.trials, rung.promoted);
}
void show(std::ostream& out, const SyncPlace& place) {
  show_all(out, place.trial, place.filled, place.y);
}
void show(std::ostream& out, const SyncOp& op) {
  show_all(out, op.kind, op.bracket, op.level, op.number, op.trials, op.place);
}
void show(std::ostream& out, const SyncRungState& rung) {
  show_all(out, rung.bracket, rung.level, rung.size, rung.places);
}
void show(std::ostream& out, const PashaState& pasha) {
  show_all(out, pasha.max_t, pasha.idx, pasha.eps, pasha.inc);
}
void show(std::ostream& out, const RungRow& row) {
  show_all(out, row.trial, row.y, row.promoted);
}
void show(std::ostream& out, const EndRung& rung) {
  show_all(out, rung.system, rung.level, rung.rows);
}
template <typename A, typename B>
void show(std::ostream& out, const std::pair<A, B>& both) {
  show_all(out, both.first, both.second);
}
template <typename T>
void show(std::ostream& out, const std::optional<T>& value) {
  if (value)
    show(out, *value);
  else
    out << "none";
}
template <typename T>
void show(std::ostream& out, const std::vector<T>& values) {
  out << '[';
  for (const T& value : values) {
    if (&value != values.data()) out << ' ';
    show(out, value);
  }
  out << ']';
}
template <typename A, typename B>
void show(std::ostream& out, const std::map<A, B>& values) {
  show(out, std::vector<std::pair<A, B>>(values.begin(), values.end()));
}

/// Keeps the first difference of two lines.
class Comparison {
 public:
  template <typename T>
  Comparison& same(const char* field, const T& expected, const T& found) {
    if (first_ || expected == found) return *this;
    std::ostringstream out;
    out << field << ": expected ";
    show(out, expected);
    out << ", found ";
    show(out, found);
    first_ = out.str();
    return *this;
  }
  [[nodiscard]] std::optional<std::string> first() const { return first_; }

 private:
  std::optional<std::string> first_;
};

}  // namespace

namespace {

std::optional<PashaState> without_score(std::optional<PashaState> state) {
  if (state) state->score.reset();
  return state;
}

}  // namespace

std::optional<std::string> difference(const Line& expected, const Line& found) {
  Comparison comparison;
  comparison.same("i", expected.i, found.i)
      .same("ev", expected.ev, found.ev)
      .same("t", expected.t, found.t)
      .same("w", expected.w, found.w)
      .same("action", expected.action, found.action)
      .same("trial", expected.trial, found.trial)
      .same("config", expected.config, found.config)
      .same("from", expected.from, found.from)
      .same("until", expected.until, found.until)
      .same("epoch", expected.epoch, found.epoch)
      .same("y", expected.y, found.y)
      .same("u", expected.u, found.u)
      .same("bracket", expected.bracket, found.bracket)
      .same("decision", expected.decision, found.decision)
      .same("milestone", expected.milestone, found.milestone)
      .same("next", expected.next, found.next)
      .same("ops", expected.ops, found.ops)
      .same("sync ops", expected.sync_ops, found.sync_ops)
      .same("thresholds", expected.thresholds, found.thresholds);
  if (expected.rungs) comparison.same("rungs", expected.rungs, found.rungs);
  if (!expected.pasha) return comparison.first();
  comparison.same("pasha", without_score(expected.pasha), without_score(found.pasha));
  const auto score = expected.pasha->score;
  const auto own = found.pasha ? found.pasha->score : std::nullopt;
  if (!score || !own || !(std::abs(*score - *own) <= 1e-12)) comparison.same("score", score, own);
  return comparison.first();
}

std::optional<std::string> difference(const End& expected, const End& found) {
  return Comparison()
      .same("t", expected.t, found.t)
      .same("n_trials", expected.n_trials, found.n_trials)
      .same("epochs", expected.epochs, found.epochs)
      .same("last_epoch", expected.last_epoch, found.last_epoch)
      .same("rungs", expected.rungs, found.rungs)
      .same("sync rungs", expected.sync_rungs, found.sync_rungs)
      .same("best y", expected.best_y, found.best_y)
      .same("best trial", expected.best_trial, found.best_trial)
      .same("pasha", without_score(expected.pasha), without_score(found.pasha))
      .first();
}

}  // namespace troupe::replay
