#include "actors/trial/study_seeker.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

using runtime::Context;

namespace {

constexpr Duration dial_patience = std::chrono::seconds(1);
constexpr Duration find_patience = std::chrono::seconds(1);
constexpr Duration retry_interval = std::chrono::milliseconds(100);

}  // namespace

void StudySeeker::on(Context& self, const Seek& seek) {
  const bool looks = sought_.has_value();
  sought_ = seek;
  if (!looks) dial(self);
}

void StudySeeker::on(Context& self, const Again&) {
  if (sought_) dial(self);
}

void StudySeeker::dial(Context& self) {
  const Duration left = sought_->until - self.now();
  if (left <= Duration(0)) return fail(self, "its lease is over");
  node_.join(address_, std::min(left, dial_patience),
             [&node = node_,
              to = runtime::Ref<Answered>(self.address())](const Result<runtime::NodeId>& head) {
               Answered answered;
               if (head)
                 answered.head = *head;
               else
                 answered.error = head.error().what;
               node.tell(to, std::move(answered));
             });
}

void StudySeeker::on(Context& self, const Answered& answered) {
  if (!sought_) return;
  if (!answered.head) return fail(self, answered.error);
  const Duration left = std::max(sought_->until - self.now(), Duration(1));
  const auto study = self.find<StudyRef>(*answered.head, name_, std::min(left, find_patience));
  if (!study) return fail(self, study.error().what);
  self.tell(std::exchange(sought_, std::nullopt)->answer, StudyFound{*study});
}

/// Tries again later, because a head that is starting cannot be told from one that never comes.
void StudySeeker::fail(Context& self, const std::string& why) {
  if (self.now() + retry_interval < sought_->until) {
    self.after(retry_interval, Again{});
    return;
  }
  self.tell(std::exchange(sought_, std::nullopt)->answer, StudyGone{why});
}

}  // namespace troupe::actors
