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
  if (suggest.reply_to) self.tell(suggest.reply_to, suggestion);
}

void SearcherActor::on(runtime::Context&, const Observe& report) {
  if (searcher_) searcher_->observe(report.trial, report.resource, report.metric);
}

}  // namespace troupe::actors
