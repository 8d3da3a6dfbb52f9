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

namespace admissions {

using namespace std::chrono_literals;

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
  bool eventually(const std::function<bool()>& done) { return reactor.run_until(done, 10s); }
};

}  // namespace admissions

BOOST_FIXTURE_TEST_SUITE(admissions, admissions::Followed)

BOOST_AUTO_TEST_CASE(follow_the_folder_while_they_run) {
  BOOST_TEST(!member(gpu1).has_value());
  BOOST_TEST(keys.add({"gpu1", "node", gpu1, {}}).has_value());
  BOOST_TEST(eventually([&] { return member(gpu1).has_value(); }));
  BOOST_TEST((*member(gpu1) == transport::Member{"gpu1", "node"}));
  BOOST_TEST(keys.revoke("gpu1").has_value());
  BOOST_TEST(eventually([&] { return !member(gpu1).has_value(); }));
  BOOST_TEST(changes >= 2);
}

BOOST_AUTO_TEST_CASE(let_this_machines_own_key_in_under_any_name) {
  BOOST_TEST((*member(keys.own().public_key) == transport::Member{"", "own"}));
}

BOOST_AUTO_TEST_CASE(stay_as_they_were_while_the_list_cannot_be_read) {
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

BOOST_AUTO_TEST_CASE(know_an_invitation_until_its_time_is_over_or_it_is_used) {
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
