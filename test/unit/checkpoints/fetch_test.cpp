#include "actors/checkpoints/fetch.hpp"

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/checkpoints/transfers.hpp"
#include "test/kit/probe.hpp"
#include "test/kit/test_node.hpp"
#include "test/unit/checkpoints/attempt_kit.hpp"
#include "test/unit/runtime/two_nodes.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(fetch)

namespace fs = std::filesystem;

using End = Fetched::End;

/// A Fetch actor; the test plays its source.
struct OneFetch {
  void start(FetchOptions options = {}) {
    options.source = SourceRef(source.address());
    options.trial = 5;
    options.attempt = 1;
    options.study_folder = to.path().string();
    options.disk_full_reason = [this](const std::string&) { return lack; };
    fetch = world.spawn<Fetch>(std::move(options), runtime::Ref<Fetched>(result.address()));
    (void)source.expect<AskManifest>();
  }
  void give_manifest(std::uint64_t bytes) {
    source.answer<AskManifest>(
        Manifest{.trial = 5,
                 .attempt = 1,
                 .entries = {{.kind = ManifestEntry::Kind::folder, .path = "checkpoint"},
                             {.path = "checkpoint/w", .mode = 0644, .bytes = bytes}}});
    world.run();
  }
  void give(const AskChunk& ask, std::string hash = "") {
    world.tell(ask.to, Chunk{.path = ask.path,
                             .offset = ask.offset,
                             .bytes = std::string(ask.bytes, 'w'),
                             .hash = std::move(hash)});
  }
  [[nodiscard]] bool nothing_left() const { return test::files_in(to.path()).empty(); }

  test::TempFolder to;
  std::optional<std::string> lack;
  test::TestNode world;
  decltype(world.probe<AskManifest, AskChunk>()) source = world.probe<AskManifest, AskChunk>();
  decltype(world.probe<Fetched>()) result = world.probe<Fetched>();
  Fetch::Ref fetch;
};

BOOST_AUTO_TEST_CASE(at_most_a_window_of_pieces_is_in_flight) {
  OneFetch one;
  one.start({.window = 3, .chunk_bytes = 10});
  one.give_manifest(95);
  BOOST_TEST(one.source.size() == 3U);
  for (std::uint64_t offset = 0; offset < 95; offset += 10) {
    const auto ask = one.source.expect<AskChunk>();
    BOOST_TEST(ask.offset == offset);
    BOOST_TEST(ask.bytes == (offset == 90 ? 5U : 10U));
    BOOST_TEST(ask.last == (offset == 90));
    ContentHash hash;
    hash.add(std::string(95, 'w'));
    one.give(ask, ask.last ? hash.hex() : "");
    one.world.run();
    BOOST_TEST(one.source.size() <= 3U);
  }
  const auto fetched = one.result.expect<Fetched>();
  BOOST_TEST((fetched.end == End::done));
  BOOST_TEST(fetched.bytes == 95U);
  BOOST_TEST(test::files_in(one.to.path() / "trials/0005/checkpoint/").at("w") ==
             std::string(95, 'w'));
}

BOOST_AUTO_TEST_CASE(a_wrong_hash_publishes_nothing) {
  OneFetch one;
  one.start();
  one.give_manifest(95);
  one.give(one.source.expect<AskChunk>(), ContentHash().hex());
  const auto fetched = one.result.expect<Fetched>();
  BOOST_TEST((fetched.end == End::bad));
  BOOST_TEST(fetched.why.find("its hash is") != std::string::npos, fetched.why);
  BOOST_TEST(one.nothing_left());
}

BOOST_AUTO_TEST_CASE(a_source_that_is_lost_during_the_transfer_publishes_nothing) {
  OneFetch one;
  one.start({.chunk_bytes = 10});
  one.give_manifest(95);
  one.give(one.source.expect<AskChunk>());
  one.world.run();
  one.world.node().stop(one.source.ref());
  const auto fetched = one.result.expect<Fetched>();
  BOOST_TEST((fetched.end == End::source_gone));
  BOOST_TEST(one.nothing_left());
}

BOOST_AUTO_TEST_CASE(a_source_that_sends_nothing_is_given_up) {
  OneFetch one;
  one.start({.silence_max = std::chrono::seconds(10)});
  one.give_manifest(95);
  one.world.advance(std::chrono::seconds(9));
  BOOST_TEST(one.result.is_silent());
  one.world.advance(std::chrono::seconds(2));
  BOOST_TEST((one.result.expect<Fetched>().end == End::source_gone));
}

BOOST_AUTO_TEST_CASE(a_hostile_manifest_is_refused_before_any_file_is_made) {
  OneFetch one;
  one.start();
  one.source.answer<AskManifest>(
      Manifest{.trial = 5, .attempt = 1, .entries = {{.path = "../escaped", .bytes = 3}}});
  BOOST_TEST((one.result.expect<Fetched>().end == End::bad));
  BOOST_TEST(fs::is_empty(one.to.path()));
}

BOOST_AUTO_TEST_CASE(a_manifest_of_another_trial_is_refused) {
  OneFetch one;
  one.start();
  one.source.answer<AskManifest>(Manifest{.trial = 6, .attempt = 1});
  BOOST_TEST((one.result.expect<Fetched>().end == End::bad));
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_reported_and_leaves_no_files) {
  OneFetch one;
  one.start({.window = 1, .chunk_bytes = std::uint32_t{1} << 20});
  one.give_manifest(std::uint64_t{100} << 20);
  for (int piece = 0; piece < 40 && one.result.size() == 0; ++piece) {
    if (piece == 10) one.lack = "the disk of DIR is full";
    one.give(one.source.expect<AskChunk>());
    one.world.run();
  }
  const auto fetched = one.result.expect<Fetched>();
  BOOST_TEST((fetched.end == End::disk));
  BOOST_TEST(fetched.why == "the disk of DIR is full");
  BOOST_TEST(one.nothing_left());
}

/// A head with a store, and a node with a folder of its own.
struct TwoFolders {
  TwoFolders() {
    source = nodes.head.spawn<CheckpointTransfers>(
        CheckpointTransfers::Options{.folder = head_folder.path().string(), .store = StoreRef()});
    transfers = nodes.node.spawn<CheckpointTransfers>(CheckpointTransfers::Options{
        .folder = node_folder.path().string(), .store = StoreRef(source.address())});
  }
  DownloadReply download(TrialId trial, std::uint32_t attempt) {
    return nodes.node.ask(transfers, DownloadCheckpoint{trial, attempt, attempt - 1}).value();
  }
  [[nodiscard]] test::Files published(TrialId trial) const {
    return test::files_in(trial_folder(node_folder.path().string(), trial) + "/checkpoint/");
  }

  test::TempFolder head_folder;
  test::TempFolder node_folder;
  runtime::TwoNodes nodes;
  CheckpointTransfers::Ref source;
  CheckpointTransfers::Ref transfers;
};

BOOST_AUTO_TEST_CASE(a_checkpoint_is_transferred_unchanged_over_a_link) {
  TwoFolders two;
  std::string bytes;
  for (std::uint32_t i = 0; i < 3'000'000; ++i) bytes += static_cast<char>(i * 7919 >> 5);
  test::leave_attempt(two.head_folder.path(), 8, 1,
                      {{"checkpoint/w", bytes}, {"checkpoint/a/b", "b"}, {"stdout.log", "log"}});
  const auto downloaded = two.download(8, 2);
  BOOST_TEST(downloaded.error == "");
  BOOST_TEST(!downloaded.starts_over);
  const auto files = two.published(8);
  BOOST_REQUIRE_EQUAL(files.size(), 2U);
  BOOST_TEST((files.at("w") == bytes));
  BOOST_TEST(!fs::exists(two.node_folder.path() / "trials/0008/attempt-1/stdout.log"));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_the_node_has_is_not_transferred_again) {
  TwoFolders two;
  test::leave_attempt(two.head_folder.path(), 8, 1, {{"checkpoint/w", "weights"}});
  BOOST_TEST(two.download(8, 2).error == "");
  const auto before = fs::last_write_time(two.node_folder.path() / "trials/0008/checkpoint/w");
  BOOST_TEST(two.download(8, 3).error == "");
  BOOST_TEST((fs::last_write_time(two.node_folder.path() / "trials/0008/checkpoint/w") == before));
  // A later checkpoint at the head replaces it.
  test::leave_attempt(two.head_folder.path(), 8, 4, {{"checkpoint/w", "better"}});
  BOOST_TEST(two.download(8, 5).error == "");
  BOOST_TEST(two.published(8).at("w") == "better");
}

BOOST_AUTO_TEST_CASE(a_trial_whose_last_attempt_left_no_checkpoint_starts_over) {
  TwoFolders two;
  BOOST_TEST(two.download(8, 2).starts_over);
  test::leave_attempt(two.head_folder.path(), 9, 1, {{"stdout.log", "it saves nothing"}});
  BOOST_TEST(!two.download(9, 2).starts_over);
}

BOOST_AUTO_TEST_CASE(a_download_is_retried_until_no_head_is_left) {
  TwoFolders two;
  two.nodes.head.node().stop(two.source);
  two.nodes.world.run();
  std::optional<DownloadReply> downloaded;
  auto asker = two.nodes.node.probe<Fetched>();
  asker.run([&](runtime::Context& self) {
    auto answer = self.ask(two.transfers, DownloadCheckpoint{8, 2, 1}, std::chrono::hours(1));
    if (answer) downloaded = *answer;
  });
  two.nodes.world.advance(std::chrono::seconds(5));
  BOOST_TEST(!downloaded.has_value());
  two.nodes.node.tell(two.transfers, UseStore{});
  two.nodes.world.advance(std::chrono::seconds(1));
  BOOST_REQUIRE(downloaded.has_value());
  BOOST_TEST(downloaded->error != "");
}

BOOST_AUTO_TEST_CASE(a_download_succeeds_from_a_restarted_head) {
  TwoFolders two;
  two.nodes.head.node().stop(two.source);
  two.nodes.world.run();
  test::leave_attempt(two.head_folder.path(), 8, 1, {{"checkpoint/w", "weights"}});
  std::optional<DownloadReply> downloaded;
  auto asker = two.nodes.node.probe<Fetched>();
  asker.run([&](runtime::Context& self) {
    auto answer = self.ask(two.transfers, DownloadCheckpoint{8, 2, 1}, std::chrono::hours(1));
    if (answer) downloaded = *answer;
  });
  const auto again = two.nodes.head.spawn<CheckpointTransfers>(
      CheckpointTransfers::Options{.folder = two.head_folder.path().string(), .store = StoreRef()});
  two.nodes.node.tell(two.transfers, UseStore{StoreRef(again.address())});
  two.nodes.world.advance(std::chrono::seconds(2));
  BOOST_REQUIRE(downloaded.has_value());
  BOOST_TEST(downloaded->error == "");
  BOOST_TEST(two.published(8).at("w") == "weights");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
