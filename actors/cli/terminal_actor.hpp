#pragma once

#include <cstdint>
#include <utility>

#include "actors/cli/commands.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/terminal/screen.hpp"
#include "runtime/context.hpp"

namespace troupe::cli {

/// Output mode of a command on stdout.
[[nodiscard]] actors::OutputMode output_mode_of(Verbosity verbosity);

/// A screen that has folded the events of a journal.
struct RecalledScreen {
  actors::Screen screen;
  std::uint64_t rows = 0;  ///< Of the journal.
  std::string journal;
  Duration active{0};  ///< How long the study ran, without the time between its sessions.
};
/// `spec`: of the study in `folder`.
[[nodiscard]] RecalledScreen screen_for(actors::OutputMode mode, const actors::StudySpec& spec,
                                        const actors::HeadFolder& folder);

/// Actor that subscribes to all events of a study and writes the output of Screen to stdout. Stops
/// when the study stops.
class TerminalActor {
 public:
  using Ref =
      runtime::Ref<actors::TrialStarted, actors::TrialReported, actors::TrialPaused,
                   actors::TrialPromoted, actors::TrialStopped, actors::TrialFailed,
                   actors::TrialCompleted, actors::TrialWarned, actors::StudyWarned,
                   actors::NodeSetAside, actors::RungUnlocked, actors::HurdleRaised,
                   actors::BestModelChanged, actors::RetrainConfigChanged, actors::IncumbentChanged,
                   actors::SettingsChanged, actors::StudyFinished, actors::StudyStatus>;

  struct Tick {
    static constexpr std::string_view wire_name = "Tick";
    static auto fields(auto&) { return no_fields(); }
  };
  /// Something that people should know, and that is no event of the study.
  struct Note {
    static constexpr std::string_view wire_name = "Note";
    static constexpr bool local_only = true;
    std::string text;
    static auto fields(auto& m) { return std::tuple{field("text", m.text)}; }
  };
  using Private = runtime::Ref<Tick, Note>;

  /// `ticking`: redraws five times a second, for OutputMode::redrawn; else the screen ticks with
  /// each status of the study.
  TerminalActor(RecalledScreen recalled, actors::StudyRef study, bool ticking);

  void started(runtime::Context& self);
  void stopping(runtime::Context& self);
  template <typename E>
    requires std::constructible_from<actors::StudyEvent, E>
  void on(runtime::Context& self, const E& event) {
    show(self, actors::StudyEvent(event));
  }
  void on(runtime::Context& self, const actors::StudyStatus& status);
  void on(runtime::Context& self, const Tick&);
  void on(runtime::Context& self, const Note& note);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  void fit(runtime::Context& self);
  void show(runtime::Context& self, const actors::StudyEvent& event);
  [[nodiscard]] Duration elapsed(runtime::Context& self) const;

  actors::Screen screen_;
  std::uint64_t known_rows_;  ///< Number of rows of the journal that were shown or recalled.
  std::string journal_;
  actors::StudyRef study_;
  bool ticking_;
  std::size_t columns_ = 0;  ///< Size of the terminal at the last drawing.
  std::size_t rows_ = 0;
  Duration active_at_sync_{0};
  Instant synced_{};
  std::string failure_;     ///< Why the study failed.
  bool disk_full_ = false;  ///< Whether the last note said that the disk is full.
};

}  // namespace troupe::cli
