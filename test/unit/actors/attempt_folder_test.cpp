#include "actors/trial/attempt_folder.hpp"

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/trial/copy_tree.hpp"
#include "actors/trial/shared_files.hpp"
#include "actors/trial/work_folder.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {
namespace {

namespace attempt_folder_files {

namespace fs = std::filesystem;
using runtime::Stream;

struct Fixture {
  fs::path root;

  Fixture() {
    std::string pattern = (fs::temp_directory_path() / "troupe-attempt-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    root = pattern;
  }
  ~Fixture() { fs::remove_all(root); }

  [[nodiscard]] AttemptFolder prepare(std::uint32_t attempt) const {
    return prepare(attempt, attempt - 1);
  }
  [[nodiscard]] AttemptFolder prepare(std::uint32_t attempt, std::uint32_t source_max) const {
    auto folder = AttemptFolder::prepare(root.string(), 7, attempt, source_max);
    BOOST_REQUIRE(folder.has_value());
    return std::move(*folder);
  }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void save(const AttemptFolder& folder, const std::string& text) {
    write(fs::path(folder.checkpoint_dir()) / "state", text);
  }
  static std::string saved(const AttemptFolder& folder) {
    return read(fs::path(folder.checkpoint_dir()) / "state");
  }
  /// Number of pages of a file that are not on the disk yet; none if the kernel does not tell.
  static std::optional<std::uint64_t> dirty_pages(const fs::path& path) {
    constexpr long cachestat = 451;
    const runtime::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<std::uint64_t, 2> range{0, 0};  // The whole file.
    std::array<std::uint64_t, 5> pages{};      // Cached, dirty, in write-back, ...
    if (::syscall(cachestat, file.get(), range.data(), pages.data(), 0) != 0) return std::nullopt;
    return pages[1] + pages[2];
  }
  [[nodiscard]] fs::path trial() const { return root / "trials" / "0007"; }
};

}  // namespace attempt_folder_files

BOOST_FIXTURE_TEST_SUITE(attempt_folder_files, attempt_folder_files::Fixture)

BOOST_AUTO_TEST_CASE(the_first_trials_of_a_node_make_its_folder_at_once) {
  constexpr std::uint32_t trials = 4;
  constexpr int rounds = 300;
  std::atomic<int> failed = 0;
  std::barrier together(trials);
  std::vector<std::jthread> threads;
  for (std::uint32_t trial = 0; trial < trials; ++trial)
    threads.emplace_back([&, trial] {
      for (int round = 0; round < rounds; ++round) {
        const std::string study = (root / std::to_string(round) / "study").string();
        together.arrive_and_wait();
        if (!AttemptFolder::prepare(study, trial, 1, 0)) ++failed;
      }
    });
  threads.clear();
  BOOST_TEST(failed == 0);
}

BOOST_AUTO_TEST_CASE(a_new_trial_gets_an_empty_checkpoint_folder) {
  auto folder = prepare(1);
  BOOST_TEST(folder.trial_dir() == trial().string());
  BOOST_TEST(folder.attempt_dir() == (trial() / "attempt-1").string());
  BOOST_TEST(fs::is_empty(folder.checkpoint_dir()));
  BOOST_TEST(folder.write_config("{\"lr\": 0.1}").has_value());
  BOOST_TEST(read(trial() / "config.json") == "{\"lr\": 0.1}");
}

BOOST_AUTO_TEST_CASE(an_empty_checkpoint_is_not_published) {
  auto folder = prepare(1);
  BOOST_TEST(folder.publish().has_value());
  BOOST_TEST(!fs::is_symlink(trial() / "checkpoint"));
  BOOST_TEST(fs::is_empty(prepare(2).checkpoint_dir()));
}

BOOST_AUTO_TEST_CASE(output_goes_to_files_that_appear_with_their_first_byte) {
  auto folder = prepare(1);
  BOOST_TEST(folder.log(Stream::out, "one\n").has_value());
  BOOST_TEST(folder.log(Stream::out, "two\n").has_value());
  BOOST_TEST(read(fs::path(folder.attempt_dir()) / "stdout.log") == "one\ntwo\n");
  BOOST_TEST(!fs::exists(fs::path(folder.attempt_dir()) / "stderr.log"));
  BOOST_TEST(folder.log(Stream::err, "oops\n").has_value());
  BOOST_TEST(read(fs::path(folder.attempt_dir()) / "stderr.log") == "oops\n");
}

BOOST_AUTO_TEST_CASE(a_published_checkpoint_is_on_the_disk) {
  const AttemptFolder unpublished = prepare(1);
  AttemptFolder folder = prepare(2);
  fs::create_directories(fs::path(folder.checkpoint_dir()) / "deep");
  const fs::path deep = fs::path(folder.checkpoint_dir()) / "deep" / "state";
  for (const auto& path : {deep, fs::path(folder.checkpoint_dir()) / "state",
                           fs::path(unpublished.checkpoint_dir()) / "state"})
    write(path, std::string(100'000, 'x'));
  fs::create_symlink("nowhere", fs::path(folder.checkpoint_dir()) / "link");
  if (dirty_pages(fs::path(unpublished.checkpoint_dir()) / "state").value_or(0) == 0) {
    BOOST_TEST_MESSAGE("this kernel or file system does not tell which pages are on the disk");
    return;
  }
  BOOST_TEST(folder.publish().has_value());
  BOOST_TEST(dirty_pages(deep).value() == 0u);
  BOOST_TEST(dirty_pages(fs::path(folder.checkpoint_dir()) / "state").value() == 0u);
}

BOOST_AUTO_TEST_CASE(the_next_attempt_resumes_from_a_copy_of_the_published_checkpoint) {
  auto first = prepare(1);
  save(first, "epoch 3");
  BOOST_TEST(first.publish().has_value());
  BOOST_TEST(fs::read_symlink(trial() / "checkpoint") == "attempt-1/checkpoint");
  auto second = prepare(2);
  BOOST_TEST(saved(second) == "epoch 3");
  save(second, "half of epo");
  BOOST_TEST(read(trial() / "checkpoint" / "state") == "epoch 3");
  save(second, "epoch 9");
  BOOST_TEST(second.publish().has_value());
  BOOST_TEST(read(trial() / "checkpoint" / "state") == "epoch 9");
  BOOST_TEST(saved(first) == "epoch 3");  // The study may have to go back to it.
}

BOOST_AUTO_TEST_CASE(an_attempt_goes_back_to_the_checkpoint_of_the_attempt_that_it_is_told) {
  auto first = prepare(1);
  save(first, "epoch 3");
  BOOST_TEST(first.publish().has_value());
  auto second = prepare(2);
  save(second, "epoch 9");
  BOOST_TEST(second.publish().has_value());
  auto third = prepare(3, 1);
  BOOST_TEST(third.source() == 1u);
  BOOST_TEST(saved(third) == "epoch 3");
  auto fourth = prepare(4, 0);
  BOOST_TEST(fourth.source() == 0u);
  BOOST_TEST(fs::is_empty(fourth.checkpoint_dir()));
  BOOST_TEST(!fourth.starts_over());
}

BOOST_AUTO_TEST_CASE(an_attempt_resumes_from_a_lost_one_that_had_saved_a_checkpoint) {
  auto first = prepare(1);
  save(first, "epoch 3");
  BOOST_TEST(first.publish().has_value());
  save(prepare(2), "epoch 5");  // This attempt is lost.
  auto third = prepare(3);
  BOOST_TEST(saved(third) == "epoch 5");
  fs::remove_all(third.checkpoint_dir());  // This attempt is lost before it saved a checkpoint.
  BOOST_TEST(saved(prepare(4)) == "epoch 5");
}

BOOST_AUTO_TEST_CASE(no_attempt_resumes_from_a_failed_one) {
  auto first = prepare(1);
  save(first, "epoch 3");
  BOOST_TEST(first.publish().has_value());
  auto second = prepare(2);
  save(second, "broken");
  BOOST_TEST(second.discard().has_value());
  BOOST_TEST(saved(prepare(3)) == "epoch 3");
}

BOOST_AUTO_TEST_CASE(an_attempt_may_be_prepared_again_after_an_interruption) {
  auto first = prepare(1);
  save(first, "epoch 3");
  BOOST_TEST(first.publish().has_value());
  fs::create_directories(trial() / "attempt-2" / "checkpoint.partial");
  write(trial() / "attempt-2" / "checkpoint.partial" / "state", "half a co");
  auto second = prepare(2);
  BOOST_TEST(saved(second) == "epoch 3");
  BOOST_TEST(!fs::exists(trial() / "attempt-2" / "checkpoint.partial"));
  BOOST_TEST(saved(prepare(2)) == "epoch 3");
}

BOOST_AUTO_TEST_CASE(a_new_trial_takes_a_spare_folder) {
  fs::create_directories(root / "trials");
  SpareFolders spare(root.string(), "n1");
  spare.make_one();
  BOOST_TEST(fs::exists(root / "trials" / ".spare-n1-0"));
  spare.give(7);
  BOOST_TEST(!fs::exists(root / "trials" / ".spare-n1-0"));
  auto folder = prepare(1);
  BOOST_TEST(fs::is_empty(folder.checkpoint_dir()));
  BOOST_TEST(folder.write_config("{}").has_value());
  BOOST_TEST(read(trial() / "config.json") == "{}");
}

BOOST_AUTO_TEST_CASE(a_trial_that_has_a_folder_keeps_it) {
  auto first = prepare(1);
  save(first, "epoch 3");
  {
    SpareFolders spare(root.string(), "n1");
    spare.give(7);  // No spare folder exists yet.
    spare.make_one();
    spare.give(7);
    BOOST_TEST(saved(first) == "epoch 3");
    BOOST_TEST(fs::exists(root / "trials" / ".spare-n1-0"));
  }
  BOOST_TEST(!fs::exists(root / "trials" / ".spare-n1-0"));
}

BOOST_AUTO_TEST_CASE(the_number_of_spare_folders_is_bounded) {
  fs::create_directories(root / "trials");
  SpareFolders spare(root.string(), "n1");
  for (std::size_t i = 0; i < SpareFolders::count + 1; ++i) spare.make_one();
  spare.give(7);
  spare.give(8);
  spare.give(9);
  BOOST_TEST(fs::exists(root / "trials" / "0007" / "attempt-1" / "checkpoint"));
  BOOST_TEST(fs::exists(root / "trials" / "0008" / "attempt-1" / "checkpoint"));
  BOOST_TEST(!fs::exists(root / "trials" / "0009"));
  spare.make_one();
  spare.give(9);
  BOOST_TEST(fs::exists(root / "trials" / "0009"));
}

BOOST_AUTO_TEST_CASE(copies_folders_modes_and_links_but_no_pipes) {
  const fs::path from = root / "from";
  fs::create_directories(from / "a" / "b");
  write(from / "a" / "b" / "tool", "#!");
  fs::permissions(from / "a" / "b" / "tool", fs::perms(0750));
  write(from / "empty", "");
  write(from / "big", std::string(3'000'000, 'q'));
  fs::create_symlink("a/b/tool", from / "link");
  BOOST_REQUIRE(::mkfifo((from / "fifo").c_str(), 0600) == 0);
  BOOST_TEST(copy_tree(from.string(), (root / "to").string()).has_value());
  BOOST_TEST(read(root / "to" / "a" / "b" / "tool") == "#!");
  BOOST_TEST((fs::status(root / "to" / "a" / "b" / "tool").permissions() == fs::perms(0750)));
  BOOST_TEST(fs::file_size(root / "to" / "empty") == 0u);
  BOOST_TEST(fs::file_size(root / "to" / "big") == 3'000'000u);
  BOOST_TEST(fs::read_symlink(root / "to" / "link") == "a/b/tool");
  BOOST_TEST(!fs::exists(root / "to" / "fifo"));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_cannot_be_read_for_now_is_not_taken_for_a_missing_one) {
  auto first = prepare(1);
  write(fs::path(first.checkpoint_dir()) / "weights", "w");
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto second = AttemptFolder::prepare(root.string(), 7, 2, 1);
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  BOOST_REQUIRE(!second.has_value());
  BOOST_TEST((second.error().kind == ErrorKind::io));
  BOOST_TEST(second.error().what.ends_with("Too many open files"), second.error().what);
}

BOOST_AUTO_TEST_CASE(an_error_names_the_path_and_the_reason) {
  write(root / "trials", "a file in the way");
  const auto folder = AttemptFolder::prepare(root.string(), 7, 1, 0);
  BOOST_TEST_REQUIRE(!folder.has_value());
  BOOST_TEST((folder.error().kind == ErrorKind::bad_input));
  BOOST_TEST(folder.error().what == "cannot make " +
                                        (trial() / "attempt-1" / "checkpoint").string() +
                                        ": Not a directory");
  const auto copied = copy_tree("/no/such/folder", (root / "to").string());
  BOOST_TEST(copied.error().what == "cannot read /no/such/folder: No such file or directory");
}

BOOST_AUTO_TEST_CASE(the_working_folder_of_a_trial_links_to_all_but_the_studys_folder) {
  const fs::path beside = root / "project";
  const fs::path study = beside / "runs" / "digits";
  const std::string work = work_folder(study.string(), 7);
  fs::create_directories(study);
  fs::create_directories(beside / "data");
  write(beside / "train.py", "print(1)");
  BOOST_REQUIRE(make_work_folder(work, beside.string(), study.string()).has_value());
  BOOST_TEST(read(fs::path(work) / "train.py") == "print(1)");
  BOOST_TEST(fs::is_symlink(fs::path(work) / "data"));
  BOOST_TEST(!fs::exists(fs::path(work) / "runs"));
  write(fs::path(work) / "best_model.txt", "mine");
  BOOST_TEST(!fs::exists(beside / "best_model.txt"));
  write(beside / "best_model.txt", "another's");
  write(beside / "more.py", "");
  BOOST_REQUIRE(make_work_folder(work, beside.string(), study.string()).has_value());
  BOOST_TEST(read(fs::path(work) / "best_model.txt") == "mine");
  BOOST_TEST(fs::exists(fs::path(work) / "more.py"));
  const auto missing = make_work_folder(work, (root / "none").string(), study.string());
  BOOST_TEST(missing.error().what.starts_with("cannot list " + (root / "none").string()));
}

BOOST_AUTO_TEST_CASE(files_that_were_modified_are_found_but_for_logs) {
  write(root / "data.csv", "1");
  const auto before = file_times(root.string()).value();
  write(root / "train.log", "1");
  write(root / ".hidden", "1");
  fs::create_directory(root / "folder");
  BOOST_TEST(!modified_file(before, file_times(root.string()).value()));
  fs::last_write_time(root / "data.csv", fs::file_time_type::clock::now() + std::chrono::hours(1));
  BOOST_TEST(modified_file(before, file_times(root.string()).value()).value() == "data.csv");
  const auto between = file_times(root.string()).value();
  write(root / "best_model.txt", "1");
  BOOST_TEST(modified_file(between, file_times(root.string()).value()).value() == "best_model.txt");
  BOOST_TEST(!file_times((root / "none").string()));
}

BOOST_AUTO_TEST_CASE(a_file_that_troupe_itself_prints_to_is_not_shared) {
  const std::string out = (root / "out.txt").string();
  const int file = ::open(out.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const int before = ::dup(STDERR_FILENO);
  BOOST_REQUIRE(::dup2(file, STDERR_FILENO) >= 0);
  const auto times = file_times(root.string());
  BOOST_REQUIRE(::dup2(before, STDERR_FILENO) >= 0);
  ::close(before);
  ::close(file);
  BOOST_TEST(times.value().empty());
  BOOST_TEST(file_times(root.string()).value().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
