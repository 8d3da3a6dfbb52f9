#include "actors/checkpoints/attempt_writer.hpp"

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/checkpoints/attempt_reader.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/unit/checkpoints/attempt_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(attempt_writer)

namespace fs = std::filesystem;
using test::Files;

const Files left{{"stdout.log", "epoch 1\n"},
                 {"checkpoint/weights", std::string(1000, 'w') + "!"},
                 {"checkpoint/state/optimizer", "momentum"},
                 {"checkpoint/empty", ""}};

/// A reader of an attempt in one folder, and a writer of its copy in another.
struct Copying {
  Copying() { test::leave_attempt(from.path(), 3, 2, left); }

  [[nodiscard]] Manifest manifest() const {
    return reader.manifest({.trial = 3, .attempt = 2}).value();
  }
  [[nodiscard]] std::unique_ptr<AttemptWriter> writer() const {
    return AttemptWriter::begin(to.path().string(), manifest(), AttemptWriter::Keeping::durable)
        .value();
  }
  /// Reads the piece of `file` from `offset` on.
  Chunk piece(const ManifestEntry& file, std::uint64_t offset, std::uint32_t bytes_max = 300) {
    const auto bytes =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(file.bytes - offset, bytes_max));
    return reader.chunk({.trial = 3,
                         .attempt = 2,
                         .path = file.path,
                         .offset = offset,
                         .bytes = bytes,
                         .last = offset + bytes == file.bytes});
  }
  void copy_all(AttemptWriter& writer) {
    for (const auto& file : writer.files())
      for (std::uint64_t offset = 0; offset < file.bytes; offset += 300)
        BOOST_REQUIRE(writer.take(piece(file, offset)));
  }
  /// Whether the copy has published files only.
  [[nodiscard]] Files arrived() const { return test::files_in(to.path()); }

  test::TempFolder from;
  test::TempFolder to;
  AttemptReader reader{from.path().string()};
};

BOOST_AUTO_TEST_CASE(a_complete_copy_is_identical_and_is_published) {
  Copying copying;
  fs::permissions(copying.from.path() / "trials/0003/attempt-2/checkpoint/weights",
                  fs::perms(0400));
  fs::create_symlink("state/optimizer",
                     copying.from.path() / "trials/0003/attempt-2/checkpoint/latest");
  auto writer = copying.writer();
  copying.copy_all(*writer);
  BOOST_TEST(published_attempt(copying.to.path().string(), 3) == 0U);
  BOOST_REQUIRE(writer->complete());
  BOOST_REQUIRE(writer->publish());
  BOOST_TEST(published_attempt(copying.to.path().string(), 3) == 2U);
  const fs::path there = copying.to.path() / "trials/0003/attempt-2";
  BOOST_TEST((test::files_in(there) == left));
  BOOST_TEST((fs::status(there / "checkpoint/weights").permissions() == fs::perms(0400)));
  BOOST_TEST(fs::read_symlink(there / "checkpoint/latest") == "state/optimizer");
  BOOST_TEST(!fs::exists(copying.to.path() / "trials/0003/attempt-2.partial"));
}

BOOST_AUTO_TEST_CASE(an_incomplete_transfer_leaves_no_files) {
  Copying copying;
  {
    auto writer = copying.writer();
    BOOST_REQUIRE(writer->take(copying.piece(writer->files()[0], 0)));
    BOOST_TEST(!writer->complete());
  }
  BOOST_TEST(copying.arrived().empty());
  BOOST_TEST(published_attempt(copying.to.path().string(), 3) == 0U);
}

BOOST_AUTO_TEST_CASE(a_changed_byte_is_detected) {
  Copying copying;
  auto writer = copying.writer();
  const ManifestEntry file = writer->files()[0];
  BOOST_REQUIRE(file.bytes <= 300U);
  Chunk chunk = copying.piece(file, 0);
  chunk.bytes[3] = static_cast<char>(chunk.bytes[3] ^ 1);
  const auto taken = writer->take(chunk);
  BOOST_REQUIRE(!taken);
  BOOST_TEST(taken.error().what.find("its hash is") != std::string::npos, taken.error().what);
}

BOOST_AUTO_TEST_CASE(pieces_come_in_order_and_no_more_than_are_missing) {
  Copying copying;
  auto writer = copying.writer();
  const ManifestEntry file = writer->files()[0];
  BOOST_TEST(!writer->take(Chunk{.path = file.path, .offset = 1, .bytes = "x"}));
  BOOST_TEST(!writer->take(Chunk{.path = "stdout.lo", .offset = 0, .bytes = "x"}));
  BOOST_TEST(!writer->take(Chunk{.path = file.path, .bytes = std::string(file.bytes + 1, 'x')}));
  BOOST_TEST(!writer->take(Chunk{.path = file.path}));
  BOOST_TEST(!writer->take(Chunk{.path = file.path, .refusal = "cannot read it"}));
  BOOST_TEST(!writer->take(Chunk{.path = file.path, .bytes = std::string(file.bytes, 'x')}));
}

BOOST_AUTO_TEST_CASE(a_link_that_is_put_into_the_folder_is_not_followed) {
  Copying copying;
  auto writer = copying.writer();
  const test::TempFolder elsewhere;
  const fs::path state = copying.to.path() / "trials/0003/attempt-2.partial/checkpoint/state";
  fs::remove(state);
  fs::create_directory_symlink(elsewhere.path(), state);
  bool refused = false;
  for (const auto& file : std::vector(writer->files()))
    for (std::uint64_t offset = 0; offset < file.bytes && !refused; offset += 300)
      refused = !writer->take(copying.piece(file, offset));
  BOOST_TEST(refused);
  BOOST_TEST(fs::is_empty(elsewhere.path()));
}

BOOST_AUTO_TEST_CASE(a_second_transfer_changes_nothing) {
  Copying copying;
  for (int time = 0; time < 2; ++time) {
    auto writer = copying.writer();
    copying.copy_all(*writer);
    BOOST_REQUIRE(writer->publish());
  }
  BOOST_TEST((test::files_in(copying.to.path() / "trials/0003/attempt-2") == left));
}

BOOST_AUTO_TEST_CASE(a_later_checkpoint_replaces_an_earlier_one) {
  Copying copying;
  test::leave_attempt(copying.to.path(), 3, 1, {{"checkpoint/weights", "old"}});
  auto writer = copying.writer();
  copying.copy_all(*writer);
  BOOST_REQUIRE(writer->publish());
  BOOST_TEST(published_attempt(copying.to.path().string(), 3) == 2U);
}

BOOST_AUTO_TEST_CASE(a_reader_serves_no_file_outside_the_attempts_folder) {
  Copying copying;
  test::write_file(copying.from.path() / "study.yaml", "secret");
  fs::create_symlink(copying.from.path() / "study.yaml",
                     copying.from.path() / "trials/0003/attempt-2/checkpoint/link");
  for (const char* path : {"../../../study.yaml", "checkpoint/link", "/etc/passwd", "checkpoint",
                           "checkpoint/../stdout.log", "nothing"}) {
    const Chunk chunk =
        copying.reader.chunk({.trial = 3, .attempt = 2, .path = path, .bytes = 6, .last = true});
    BOOST_TEST(chunk.refusal != "", path);
    BOOST_TEST(chunk.bytes == "", path);
  }
}

BOOST_AUTO_TEST_CASE(a_reader_refuses_a_file_that_does_not_match_the_request) {
  Copying copying;
  const auto ask = [&](std::uint64_t offset, std::uint32_t bytes) {
    return copying.reader
        .chunk({.trial = 3, .attempt = 2, .path = "stdout.log", .offset = offset, .bytes = bytes})
        .refusal;
  };
  BOOST_TEST(ask(0, 1000).find("shorter") != std::string::npos);
  BOOST_TEST(ask(0, 2U << 20U).find("at most") != std::string::npos);
  BOOST_TEST(ask(5, 1).find("out of order") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
