#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/trial/node_agent.hpp"
#include "runtime/context.hpp"
#include "runtime/node.hpp"

namespace troupe::actors {

/// Looks for a new head at the address of a lost one: links with the node that answers there and
/// asks it for the study, every 100 ms until the given time.
class StudySeeker {
 public:
  struct Seek {
    static constexpr std::string_view wire_name = "Seek";
    static constexpr bool local_only = true;
    runtime::Ref<StudyFound, StudyGone> answer;
    Instant until;
    static auto fields(auto&) { return no_fields(); }
  };
  /// The result of one attempt to link: the node that answered, or an error.
  struct Answered {
    static constexpr std::string_view wire_name = "Answered";
    static constexpr bool local_only = true;
    std::optional<runtime::NodeId> head;
    std::string error;
    static auto fields(auto&) { return no_fields(); }
  };
  struct Again {
    static constexpr std::string_view wire_name = "Again";
    static auto fields(auto&) { return no_fields(); }
  };
  using Ref = runtime::Ref<Seek>;
  using Private = runtime::Ref<Answered, Again>;

  /// `node`: the node of this actor. `name`: the name of the study actor on the head.
  StudySeeker(runtime::Node& node, std::string address, std::string name)
      : node_(node), address_(std::move(address)), name_(std::move(name)) {}

  void on(runtime::Context& self, const Seek& seek);
  void on(runtime::Context& self, const Answered& answered);
  void on(runtime::Context& self, const Again&);

 private:
  void dial(runtime::Context& self);
  void fail(runtime::Context& self, const std::string& why);

  runtime::Node& node_;
  const std::string address_;
  const std::string name_;
  std::optional<Seek> sought_;
};

}  // namespace troupe::actors
