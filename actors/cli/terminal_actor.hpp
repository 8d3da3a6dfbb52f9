#pragma once

#include <functional>
#include <string>

#include "actors/study/protocol.hpp"
#include "actors/terminal/screen.hpp"
#include "runtime/context.hpp"

namespace troupe::cli {

/// Shows a study while it runs: subscribes to all that it tells, and writes what Screen makes of
/// it. Ends with the study.
class TerminalActor {
 public:
  using Ref = runtime::Ref<actors::TrialStarted, actors::TrialReported, actors::TrialPaused,
                           actors::TrialPromoted, actors::TrialStopped, actors::TrialFailed,
                           actors::TrialCompleted, actors::TrialWarned, actors::RungUnlocked,
                           actors::HurdleRaised, actors::IncumbentChanged, actors::StudyFinished,
                           actors::StudyStatus>;

  struct Tick {
    static constexpr std::string_view wire_name = "Tick";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<Tick>;

  /// `screen` knows the events of the journal's first `known_rows`. `ticking`: the state is drawn
  /// anew while events come; plain output has nothing to redraw.
  TerminalActor(actors::Screen screen, std::uint64_t known_rows, actors::StudyRef study,
                bool ticking);

  void started(runtime::Context& self);
  void stopping(runtime::Context& self);
  template <typename E>
    requires std::constructible_from<actors::StudyEvent, E>
  void on(runtime::Context& self, const E& event) {
    show(self, actors::StudyEvent(event));
  }
  void on(runtime::Context& self, const actors::StudyStatus& status);
  void on(runtime::Context& self, const Tick&);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  void show(runtime::Context& self, const actors::StudyEvent& event);
  [[nodiscard]] Duration elapsed(runtime::Context& self) const;

  actors::Screen screen_;
  std::uint64_t known_rows_;
  actors::StudyRef study_;
  bool ticking_;
  std::size_t columns_ = 0;  ///< Of the terminal, as it was drawn for.
  std::size_t rows_ = 0;
  Duration active_at_sync_{0};
  Instant synced_{};
  bool no_room_ = false;  ///< Was told.
};

/// All of it, also into a pipe that is slow; nothing into one that is gone.
void write_out(const std::string& text);

}  // namespace troupe::cli
