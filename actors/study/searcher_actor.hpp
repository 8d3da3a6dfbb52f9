#pragma once

#include <optional>

#include "actors/study/protocol.hpp"
#include "actors/study/suggester.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

/// The actor of the searcher that a study file names.
class SearcherActor {
 public:
  using Ref = SearcherRef;

  Result<runtime::Done> on(runtime::Context& self, const BeginSearch& begin);
  void on(runtime::Context& self, const Suggest& suggest);
  void on(runtime::Context& self, const Learn& row);

 private:
  std::optional<Suggester> searcher_;
};

}  // namespace troupe::actors
