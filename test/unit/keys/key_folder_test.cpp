#include "runtime/keys/key_folder.hpp"

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "test/kit/temp_folder.hpp"

namespace troupe::runtime {
namespace {

using test::TempFolder;
using test::write_file;

BOOST_AUTO_TEST_SUITE(key_folder)

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

unsigned mode_of(const std::string& path) {
  struct stat status{};
  BOOST_REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

struct Folder {
  TempFolder scratch;
  std::string path = scratch.file("deep/keys");
  KeyFolder keys = KeyFolder::create(path).value();
  transport::KeyPair gpu1 = transport::make_key_pair();

  std::string list() { return path + "/" + KeyFolder::list_name; }
};

BOOST_FIXTURE_TEST_CASE(a_key_folder_is_made_once_with_private_modes, Folder) {
  BOOST_TEST(keys.add({"gpu1", "node", gpu1.public_key, {}}).has_value());
  BOOST_TEST(mode_of(path) == 0700U);
  BOOST_TEST(mode_of(path + "/own.key") == 0600U);
  BOOST_TEST(mode_of(list()) == 0600U);
  const auto again = KeyFolder::open(path);
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST((again->own().public_key == keys.own().public_key));
  BOOST_TEST(contains(KeyFolder::create(path).error().what, "already"));
}

BOOST_FIXTURE_TEST_CASE(a_folder_with_a_wider_mode_is_not_used, Folder) {
  BOOST_TEST(keys.add({"gpu1", "node", gpu1.public_key, {}}).has_value());
  chmod((path + "/own.key").c_str(), 0640);
  const std::string why = KeyFolder::open(path).error().what;
  BOOST_TEST(contains(why, "has mode 0640"));
  BOOST_TEST(contains(why, "chmod 600 " + path + "/own.key"));
  chmod((path + "/own.key").c_str(), 0600);
  chmod(list().c_str(), 0604);
  BOOST_TEST(contains(keys.admitted().error().what, "chmod 600 " + list()));
  chmod(list().c_str(), 0600);
  chmod(path.c_str(), 0750);
  BOOST_TEST(contains(KeyFolder::open(path).error().what, "chmod 700 " + path));
  chmod(path.c_str(), 0700);
  BOOST_TEST(KeyFolder::open(path).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_missing_folder_is_reported_with_the_command_that_makes_it, Folder) {
  BOOST_TEST(contains(KeyFolder::open(scratch.file("no")).error().what, "troupe keys init"));
}

BOOST_FIXTURE_TEST_CASE(admits_a_name_and_a_key_once_each, Folder) {
  BOOST_TEST(keys.add({"gpu1", "node", gpu1.public_key, {}}).has_value());
  BOOST_TEST(
      contains(keys.add({"gpu1", "node", transport::make_key_pair().public_key, {}}).error().what,
               "troupe keys revoke gpu1"));
  BOOST_TEST(contains(keys.add({"gpu2", "node", gpu1.public_key, {}}).error().what, "'gpu1's"));
  BOOST_TEST(contains(keys.add({"me", "node", keys.own().public_key, {}}).error().what, "own key"));
  const auto admitted = keys.admitted().value();
  BOOST_REQUIRE(admitted.size() == 1U);
  BOOST_TEST(admitted[0].name == "gpu1");
  BOOST_TEST((admitted[0].key == gpu1.public_key));
  BOOST_TEST(!admitted[0].invited_until.has_value());
}

BOOST_FIXTURE_TEST_CASE(refuses_names_of_local_nodes, Folder) {
  for (const char* bad : {"", "own-1", "a b", "a/b", "../x"})
    BOOST_TEST(!keys.add({bad, "node", gpu1.public_key, {}}).has_value(), bad);
  BOOST_TEST(contains(check_key_name("own-2").error().what, "a head calls the nodes"));
}

BOOST_FIXTURE_TEST_CASE(revokes_by_name_and_lists_the_names, Folder) {
  BOOST_TEST(keys.add({"gpu1", "node", gpu1.public_key, {}}).has_value());
  BOOST_TEST(contains(keys.revoke("gpu2").error().what, "there are: gpu1"));
  BOOST_TEST(keys.revoke("gpu1").has_value());
  BOOST_TEST(keys.admitted().value().empty());
}

BOOST_FIXTURE_TEST_CASE(replaces_a_valid_invitation_by_one_key, Folder) {
  const auto invitation = transport::make_key_pair().public_key;
  BOOST_TEST(keys.add({"gpu1", "node", invitation, 1000}).has_value());
  BOOST_TEST(contains(keys.enrol(invitation, gpu1.public_key, 1000).error().what, "has expired"));
  BOOST_TEST(keys.enrol(invitation, gpu1.public_key, 999).has_value());
  BOOST_TEST(contains(keys.enrol(invitation, gpu1.public_key, 999).error().what,
                      "it was used, or revoked"));
  const auto admitted = keys.admitted().value();
  BOOST_REQUIRE(admitted.size() == 1U);
  BOOST_TEST((admitted[0].key == gpu1.public_key));
  BOOST_TEST(!admitted[0].invited_until.has_value());
}

BOOST_FIXTURE_TEST_CASE(names_the_line_of_an_error_in_its_list, Folder) {
  const std::string key = transport::to_text(gpu1.public_key);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"gpu1 node\n", ":1: expected NAME ROLE KEY, found 'gpu1 node'"},
      {"\n# x\ngpu1 boss " + key + "\n", ":3: 'boss' is no role; expected node or control"},
      {"gpu1 node c0ffee\n", ":1: a key is 64 hexadecimal digits; found 6 characters"},
      {"gpu1 node " + key + " until soon\n", "expected 'until SECONDS'"},
      {"own-1 node " + key + "\n", ":1: 'own-1' cannot be a node's name"},
  };
  BOOST_TEST(keys.add({"gpu1", "node", gpu1.public_key, {}}).has_value());
  for (const auto& [text, expected] : cases) {
    write_file(list(), text);
    const auto admitted = keys.admitted();
    BOOST_REQUIRE_MESSAGE(!admitted, text);
    BOOST_TEST(contains(admitted.error().what, list()), admitted.error().what);
    BOOST_TEST(contains(admitted.error().what, expected), admitted.error().what);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
