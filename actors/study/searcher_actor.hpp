#pragma once

#include <memory>

#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"
#include "schedulers/searchers/searcher.hpp"

namespace troupe::actors {

/// The actor of the searcher that a study file names.
class SearcherActor {
 public:
  using Ref = SearcherRef;

  Result<runtime::Done> on(runtime::Context& self, const BeginSearch& begin);
  void on(runtime::Context& self, const Suggest& suggest);
  void on(runtime::Context& self, const Observe& report);

 private:
  std::unique_ptr<schedulers::Searcher> searcher_;
};

}  // namespace troupe::actors
