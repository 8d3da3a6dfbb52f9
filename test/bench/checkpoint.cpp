// Measures the transfer of a checkpoint of one file between two processes over loopback TCP. It is
// compared with `cp` on the same disk, and with a plain TCP socket between the same files. Also
// measured meanwhile: the time of a question to the other process, and the age of its heartbeats.
// The methods take turns; results are medians.
//
//     checkpoint_bench [FOLDER [ROUNDS [MEGABYTES...]]]

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/checkpoints/fetch.hpp"
#include "actors/checkpoints/store.hpp"
#include "actors/trial/attempt_folder.hpp"
#include "runtime/core/check.hpp"
#include "runtime/make_node.hpp"
#include "runtime/process/descriptor.hpp"
#include "test/bench/beat_watch.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using runtime::Descriptor;
using Seconds = std::chrono::duration<double>;
using Steady = std::chrono::steady_clock;

/// The heartbeat interval. The default of 1 s would give too few heartbeats.
constexpr Duration heartbeat = 5ms;

struct Echo {
  static constexpr std::string_view wire_name = "bench.Echo";
  using Reply = runtime::Done;
  static auto fields(auto&) { return no_fields(); }
};

class Wall {
 public:
  using Ref = runtime::Ref<Echo>;
  runtime::Done on(runtime::Context&, const Echo&) { return {}; }
};

struct Get {
  static constexpr std::string_view wire_name = "bench.Get";
  static constexpr bool local_only = true;
  using Reply = Fetched;
  FetchOptions options;
  static auto fields(auto&) { return no_fields(); }
};

/// Fetches checkpoints, one at a time.
class Getter {
 public:
  using Ref = runtime::Ref<Get>;
  using Private = runtime::Ref<Fetched>;

  void on(runtime::Context& self, const Get& get) {
    answer_.emplace(self.answer_later<Get>());
    self.spawn<Fetch>(get.options, runtime::Ref<Fetched>(self.address()));
  }
  void on(runtime::Context&, const Fetched& fetched) { answer_->give(fetched); }

 private:
  std::optional<runtime::Answer<Get>> answer_;
};

std::string file_of(const std::string& folder) {
  return attempt_folder(folder, 1, 1) + "/checkpoint/weights";
}

/// Sends the file over each connection to it.
void serve_plainly(int listening, const std::string& file) {
  std::vector<char> block(std::size_t{256} << 10);
  while (true) {
    const Descriptor peer(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer) return;
    const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    for (ssize_t got = 0; (got = ::read(in.get(), block.data(), block.size())) > 0;)
      for (ssize_t sent = 0; sent < got;) {
        const auto wrote = ::send(peer.get(), block.data() + sent,
                                  static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
        if (wrote <= 0) break;
        sent += wrote;
      }
  }
}

/// The process with the checkpoint: writes its address to `out`, and serves until its input ends.
void serve(const std::string& folder, int in, int out) {
  bench::BeatWatch watch;
  const auto node = watch.make_node({.name = "source", .insecure_loopback = true}, heartbeat);
  (void)node->get_or_spawn<CheckpointStore>("checkpoints", StoreOptions{.study_folder = folder})
      .value();
  (void)node->get_or_spawn<Wall>("wall").value();
  const std::string address = node->listen("tcp://127.0.0.1:*").value();
  const Descriptor listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in any{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof any;
  check(::bind(listening.get(), reinterpret_cast<sockaddr*>(&any), size) == 0 &&
            ::listen(listening.get(), 8) == 0 &&
            ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&any), &size) == 0,
        "a socket can listen on loopback");
  std::thread(serve_plainly, listening.get(), file_of(folder)).detach();
  const std::string line = address + " " + std::to_string(ntohs(any.sin_port)) + "\n";
  check(::write(out, line.data(), line.size()) > 0, "the other process reads");
  char byte = 0;
  (void)!::read(in, &byte, 1);
  std::_Exit(0);
}

void receive_plainly(std::uint16_t port, const std::string& file) {
  const Descriptor peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  check(::connect(peer.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0, "it listens");
  const Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  std::vector<char> block(std::size_t{256} << 10);
  for (ssize_t got = 0; (got = ::recv(peer.get(), block.data(), block.size(), 0)) > 0;)
    check(::write(out.get(), block.data(), static_cast<std::size_t>(got)) == got, "it fits");
}

double median(std::vector<double> values, double at = 0.5) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(static_cast<double>(values.size()) * at))];
}

void print_beside(const char* what, const std::vector<double>& idle_us,
                  const std::vector<double>& busy_us) {
  std::printf(
      "  %s: idle %.0f us, 99%% within %.0f us; meanwhile %.0f us, 99%% within %.0f us (%zu)\n",
      what, median(idle_us), median(idle_us, 0.99), median(busy_us), median(busy_us, 0.99),
      busy_us.size());
}

/// Asks the other process a question each millisecond while `work` runs; times in microseconds.
class Asking {
 public:
  Asking(runtime::Node& node, Wall::Ref wall)
      : thread_([this, &node, wall] {
          while (!over_ && took_us_.size() < enough_) {
            const auto before = Steady::now();
            const auto answer = node.ask(wall, Echo{}, 10s);
            if (answer) took_us_.push_back(Seconds(Steady::now() - before).count() * 1e6);
            std::this_thread::sleep_until(before + 1ms);
          }
        }) {}
  /// Number of answers.
  std::vector<double> end_after(std::size_t count) {
    enough_ = count;
    thread_.join();
    return took_us_;
  }
  std::vector<double> end() {
    over_ = true;
    thread_.join();
    return took_us_;
  }

 private:
  std::atomic<bool> over_ = false;
  std::atomic<std::size_t> enough_ = ~std::size_t{0};
  std::vector<double> took_us_;
  std::thread thread_;
};

double seconds_of(const std::function<void()>& work) {
  const auto before = Steady::now();
  work();
  return Seconds(Steady::now() - before).count();
}

struct Other {
  std::string address;
  std::uint16_t port = 0;
  pid_t pid = 0;
  Descriptor keep;
};

Other start_other(const std::string& folder) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  check(::pipe(to.data()) == 0 && ::pipe(from.data()) == 0, "there are pipes");
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(to[1]);
    ::close(from[0]);
    serve(folder, to[0], from[1]);
  }
  ::close(to[0]);
  ::close(from[1]);
  Other other{.address = {}, .pid = pid, .keep = Descriptor(to[1])};
  std::string line;
  for (char c = 0; ::read(from[0], &c, 1) == 1 && c != '\n';) line += c;
  ::close(from[0]);
  other.address = line.substr(0, line.find(' '));
  other.port = static_cast<std::uint16_t>(std::stoi(line.substr(line.find(' ') + 1)));
  return other;
}

void make_checkpoint(const std::string& folder, std::uint64_t bytes) {
  fs::create_directories(fs::path(file_of(folder)).parent_path());
  std::ofstream out(file_of(folder), std::ios::binary);
  std::vector<std::uint64_t> block(std::size_t{1} << 17);
  std::uint64_t word = 1;
  for (std::uint64_t done = 0; done < bytes; done += block.size() * 8) {
    for (auto& one : block) one = word += 0x9e3779b97f4a7c15ULL;
    out.write(
        reinterpret_cast<const char*>(block.data()),
        static_cast<std::streamsize>(std::min<std::uint64_t>(block.size() * 8, bytes - done)));
  }
  out.close();
  (void)publish_attempt(folder, 1, 1).value();
}

void measure(const fs::path& scratch, std::uint64_t megabytes, int rounds) {
  const std::string source = (scratch / "source").string();
  const std::string here = (scratch / "here").string();
  make_checkpoint(source, megabytes << 20);
  const Other other = start_other(source);
  bench::BeatWatch watch;
  const auto node = watch.make_node({.name = "here", .insecure_loopback = true}, heartbeat);
  const auto head = node->join(other.address, 10s).value();
  const auto store = node->find<StoreRef>(head, "checkpoints", 10s).value();
  const auto wall = node->find<Wall::Ref>(head, "wall", 10s).value();
  const auto getter = node->spawn<Getter>();
  const auto fetch = [&](AttemptWriter::Keeping keeping) {
    const auto fetched = node->ask(getter,
                                   Get{{.source = store,
                                        .trial = 1,
                                        .source_max = 1,
                                        .study_folder = here,
                                        .keeping = keeping}},
                                   10min);
    check(fetched && fetched->end == Fetched::End::done, "the checkpoint arrives");
  };
  const std::string copy = (scratch / "copy").string();
  const std::vector<std::pair<std::string, std::function<void()>>> ways{
      {"cp",
       [&] {
         check(std::system(("cp --reflink=never " + file_of(source) + " " + copy).c_str()) == 0,
               "cp copies");
       }},
      {"plain TCP", [&] { receive_plainly(other.port, copy); }},
      {"fetched, as by a node", [&] { fetch(AttemptWriter::Keeping::cached); }},
      {"cp and sync",
       [&] {
         check(
             std::system(("cp --reflink=never " + file_of(source) + " " + copy + " && sync " + copy)
                             .c_str()) == 0,
             "cp copies");
       }},
      {"fetched and synced, as by a head", [&] { fetch(AttemptWriter::Keeping::durable); }},
  };
  Asking idle(*node, wall);
  const auto idle_us = idle.end_after(2000);
  const auto idle_beats_us = watch.take();
  std::map<std::string, std::vector<double>> took;
  std::vector<double> busy_us;
  std::vector<double> busy_beats_us;
  for (int round = -1; round < rounds;
       ++round)  // The first round only loads the file into the page cache.
    for (const auto& [name, way] : ways) {
      fs::remove_all(here);
      fs::remove(copy);
      const bool ours = name.starts_with("fetched");
      std::optional<Asking> asking;
      if (ours) asking.emplace(*node, wall);
      (void)watch.take();
      const double seconds = seconds_of(way);
      const auto beats_us = watch.take();
      const auto us = asking ? asking->end() : std::vector<double>();
      if (round < 0) continue;
      took[name].push_back(seconds);
      busy_us.insert(busy_us.end(), us.begin(), us.end());
      if (ours) busy_beats_us.insert(busy_beats_us.end(), beats_us.begin(), beats_us.end());
    }
  std::printf("%llu MB, median of %d:\n", static_cast<unsigned long long>(megabytes), rounds);
  for (const auto& [name, way] : ways)
    std::printf("  %-34s %9.4f s   %5.2f x cp   %5.2f x plain TCP\n", name.c_str(),
                median(took[name]), median(took[name]) / median(took["cp"]),
                median(took[name]) / median(took["plain TCP"]));
  print_beside("a question to the other process", idle_us, busy_us);
  print_beside("a heartbeat of the other process", idle_beats_us, busy_beats_us);
  node->stop(5s);
  ::kill(other.pid, SIGKILL);
  ::waitpid(other.pid, nullptr, 0);
  fs::remove_all(scratch);
}

}  // namespace
}  // namespace troupe::actors

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::filesystem::path folder =
      words.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(words[0]);
  const int rounds = words.size() > 1 ? std::stoi(words[1]) : 5;
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 2; i < words.size(); ++i) sizes.push_back(std::stoull(words[i]));
  if (sizes.empty()) sizes = {1, 1024};
  for (const auto megabytes : sizes)
    troupe::actors::measure(folder / ("checkpoint_bench-" + std::to_string(getpid())), megabytes,
                            rounds);
}
