#include "actors/study/searcher_actor.hpp"

#include "actors/study/document.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

Result<runtime::Done> SearcherActor::on(runtime::Context&, const BeginSearch& begin) {
  const auto spec = read_document(begin.study);
  if (!spec) return spec.error();
  searcher_.emplace(**spec, begin.study.seed);
  return runtime::Done{};
}

void SearcherActor::on(runtime::Context& self, const Suggest& suggest) {
  if (!searcher_) return;  // It was restarted: the study resets it and asks again.
  const Suggestion suggestion = searcher_->suggest(suggest.trial, suggest.at);
  self.tell(suggest.reply_to, suggestion);
}

void SearcherActor::on(runtime::Context&, const Learn& row) {
  if (!searcher_) return;
  for (const auto& fact : row.facts) searcher_->learn(fact);
}

}  // namespace troupe::actors
