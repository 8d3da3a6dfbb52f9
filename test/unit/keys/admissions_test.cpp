#include "runtime/keys/admissions.hpp"

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "runtime/system_clock.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/unit/transport/poll_reactor.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(admissions)

struct Followed {
  test::TempFolder scratch;
  KeyFolder keys = KeyFolder::create(scratch.file("keys")).value();
  transport::Key gpu1 = transport::make_key_pair().public_key;
  SystemClock clock;
  transport::test::PollReactor reactor;
  int changes = 0;
  Admissions admissions{reactor, clock, keys, [this] { ++changes; }};

  std::optional<transport::Member> member(const transport::Key& key) {
    return admissions.member_of(transport::to_text(key));
  }
  [[nodiscard]] bool eventually(const std::function<bool()>& done) {
    return reactor.run_until(done, 10s);
  }
};

BOOST_FIXTURE_TEST_CASE(admissions_follow_the_folder, Followed) {
  BOOST_TEST(!member(gpu1).has_value());
  BOOST_TEST(keys.add({"gpu1", "node", gpu1, {}}).has_value());
  BOOST_TEST(eventually([&] { return member(gpu1).has_value(); }));
  BOOST_TEST((*member(gpu1) == transport::Member{"gpu1", "node"}));
  BOOST_TEST(keys.revoke("gpu1").has_value());
  BOOST_TEST(eventually([&] { return !member(gpu1).has_value(); }));
  BOOST_TEST(changes >= 2);
}

BOOST_FIXTURE_TEST_CASE(an_expired_invitation_is_told_from_an_unknown_key, Followed) {
  BOOST_TEST(keys.add({"gpu1", "node", gpu1, 1}).has_value());  // Until 1970.
  BOOST_TEST(eventually([&] { return changes > 0; }));
  BOOST_TEST(!member(gpu1).has_value());
  BOOST_TEST(admissions.is_expired(transport::to_text(gpu1)));
  const transport::Key unknown = transport::make_key_pair().public_key;
  BOOST_TEST(!admissions.is_expired(transport::to_text(unknown)));
}

BOOST_FIXTURE_TEST_CASE(the_own_key_is_admitted_under_any_name, Followed) {
  BOOST_TEST((*member(keys.own().public_key) == transport::Member{"", "own"}));
}

BOOST_FIXTURE_TEST_CASE(a_trusted_key_is_as_good_as_the_own_key, Followed) {
  const transport::Key study = transport::make_key_pair().public_key;
  const Admissions trusting{reactor, clock, keys.trusting(study), [] {}};
  BOOST_TEST((trusting.member_of(transport::to_text(study)) == transport::Member{"", "own"}));
  BOOST_TEST((trusting.member_of(transport::to_text(keys.own().public_key)) ==
              transport::Member{"", "own"}));
  BOOST_TEST(!member(study).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_pair_in_memory_admits_its_own_key_only, Followed) {
  const Admissions memory{reactor, clock, KeyFolder::in_memory(keys.own()), [] {}};
  BOOST_TEST(memory.trouble().empty());
  BOOST_TEST(memory.member_of(transport::to_text(keys.own().public_key)).has_value());
  BOOST_TEST(!memory.member_of(transport::to_text(gpu1)).has_value());
}

BOOST_FIXTURE_TEST_CASE(an_unreadable_list_changes_nothing, Followed) {
  BOOST_TEST(keys.add({"gpu1", "node", gpu1, {}}).has_value());
  BOOST_TEST(eventually([&] { return member(gpu1).has_value(); }));
  const std::string list = keys.path() + "/" + KeyFolder::list_name;
  chmod(list.c_str(), 0644);
  BOOST_TEST(eventually([&] { return !admissions.trouble().empty(); }));
  BOOST_TEST(admissions.trouble().find("chmod 600") != std::string::npos);
  BOOST_TEST(member(gpu1).has_value());
  chmod(list.c_str(), 0600);
  BOOST_TEST(eventually([&] { return admissions.trouble().empty(); }));
}

BOOST_FIXTURE_TEST_CASE(an_invitation_is_valid_until_it_expires_or_is_used, Followed) {
  const transport::Key invitation = transport::make_key_pair().public_key;
  const transport::Key late = transport::make_key_pair().public_key;
  BOOST_TEST(keys.add({"late", "node", late, 1}).has_value());
  BOOST_TEST(keys.add({"gpu1", "node", invitation, 99'999'999'999}).has_value());
  BOOST_TEST(eventually([&] { return member(invitation).has_value(); }));
  BOOST_TEST(!member(late).has_value());
  BOOST_TEST(member(invitation)->invited);
  BOOST_TEST(admissions.enrol(invitation, gpu1).has_value());
  BOOST_TEST(!member(invitation).has_value());
  BOOST_TEST((*member(gpu1) == transport::Member{"gpu1", "node"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
