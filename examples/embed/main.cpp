// An application with a node of its own. The node joins a study of another process; an actor
// follows the study and stops it after a given number of unlocked rungs.
//
//     embed ADDRESS [UNLOCKS]     ADDRESS: address of the head, or folder of the study
//
// On another machine: `troupe keys init` there, and where the study runs
// `troupe keys add embed --role control --key KEY --at HOST:PORT`, which prints the address.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "actors/head/study_access.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"
#include "runtime/keys/address_keys.hpp"
#include "runtime/make_node.hpp"

namespace {

using troupe::actors::RungUnlocked;
using troupe::actors::StudyAccess;
using troupe::actors::StudyFinished;
using troupe::actors::StudyRef;
using troupe::runtime::Context;

/// Prints each unlock, and asks the study to stop after the last wanted one. Ends with the study.
class Watcher {
 public:
  using Ref = troupe::runtime::Ref<RungUnlocked, StudyFinished>;

  Watcher(StudyRef study, unsigned unlocks_wanted)
      : study_(study), unlocks_wanted_(unlocks_wanted) {}

  void started(Context& self) {
    self.monitor(study_);
    self.tell(study_, troupe::actors::Subscribe{self.address(),
                                                {std::string(RungUnlocked::wire_name),
                                                 std::string(StudyFinished::wire_name)},
                                                0});
  }

  void on(Context& self, const RungUnlocked& unlocked) {
    std::printf("unlocked %lld (epsilon %g, because of trial %u)\n",
                static_cast<long long>(unlocked.resource), unlocked.epsilon, unlocked.cause);
    std::fflush(stdout);
    if (++unlocks_ == unlocks_wanted_)
      self.tell(study_, troupe::actors::StopStudy{troupe::actors::StopRequested::How::stop,
                                                  "the watcher has seen enough"});
  }

  void on(Context& self, const StudyFinished& finished) {
    std::printf("the study is over: %s\n", finished.reason.c_str());
    self.stop();
  }

  void on(Context& self, const troupe::runtime::Down&) { self.stop(); }

 private:
  StudyRef study_;
  unsigned unlocks_wanted_;
  unsigned unlocks_ = 0;
};

/// Where the study is, and the keys that it admits: the study's own for its folder, those of this
/// machine for an address.
troupe::Result<StudyAccess> access_to(const std::string& given) {
  if (std::filesystem::is_directory(given)) return troupe::actors::study_access(given);
  auto keys = troupe::runtime::keys_to_dial(given, "");
  if (!keys) return keys.error();
  return StudyAccess{given, *keys};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: embed ADDRESS-OR-FOLDER [UNLOCKS]\n");
    return 2;
  }
  constexpr auto patience = std::chrono::seconds(10);
  const auto access = access_to(argv[1]);
  if (!access) {
    std::fprintf(stderr, "embed: %s\n", access.error().what.c_str());
    return 1;
  }
  const auto node = troupe::runtime::make_node({.name = "embed", .keys = access->keys});
  const auto head = node->join(access->address, patience);
  if (!head) {
    std::fprintf(stderr, "embed: %s\n", head.error().what.c_str());
    return 1;
  }
  const auto study = node->find<StudyRef>(*head, std::string(troupe::actors::study_name), patience);
  if (!study) {
    std::fprintf(stderr, "embed: %s\n", study.error().what.c_str());
    return 1;
  }
  const unsigned wanted = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1;
  const auto watcher = node->spawn<Watcher>(*study, wanted);
  (void)node->wait(watcher, troupe::Duration::max());
  return 0;
}
