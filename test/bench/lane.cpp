// Measures how much large messages delay other messages on a link, and their speed, between two
// processes over loopback TCP. The loads are: none, raw TCP beside the link, large messages that
// one actor sends, and large messages that eight actors ask for. For each load it prints the time
// of asks in microseconds and the speed of the load: medians of rounds that take turns. A plain
// thread asks, and the answering actor has a dispatcher thread of its own, so actors do not
// compete.
//
// lane_bench [GIGABYTES] [ROUNDS] [keys]: with keys the link is encrypted, raw TCP is not.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/context.hpp"
#include "runtime/core/check.hpp"
#include "runtime/keys/address_keys.hpp"
#include "runtime/keys/key_folder.hpp"
#include "runtime/make_node.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t chunk_size = 256U << 10U;
constexpr int fetchers = 8;

struct Done {
  static constexpr std::string_view wire_name = "bench.Done";
  std::uint64_t bytes = 0;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};
struct Echo {
  static constexpr std::string_view wire_name = "bench.Echo";
  using Reply = Done;
  std::uint64_t value = 0;
  static auto fields(auto& m) { return std::tuple{field("value", m.value)}; }
};
struct Chunk {
  static constexpr std::string_view wire_name = "bench.Chunk";
  static constexpr bool bulk = true;
  std::string bytes;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};
struct GiveChunk {
  static constexpr std::string_view wire_name = "bench.GiveChunk";
  using Reply = Chunk;
  static auto fields(auto&) { return no_fields(); }
};
struct TellChunks {
  static constexpr std::string_view wire_name = "bench.TellChunks";
  Ref<Chunk> to;
  std::uint64_t bytes = 0;
  static auto fields(auto& m) { return std::tuple{field("to", m.to), field("bytes", m.bytes)}; }
};
struct SendRaw {
  static constexpr std::string_view wire_name = "bench.SendRaw";
  int port = 0;
  std::uint64_t bytes = 0;
  static auto fields(auto& m) { return std::tuple{field("port", m.port), field("bytes", m.bytes)}; }
};
struct Fetch {
  static constexpr std::string_view wire_name = "bench.Fetch";
  using Reply = Done;
  std::uint64_t bytes = 0;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};

sockaddr_in on_loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_raw(int port, std::uint64_t bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to = on_loopback(port);
  check(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0, "the receiver listens");
  const std::string chunk(chunk_size, 'r');
  while (bytes > 0) {
    const ssize_t sent = ::send(fd, chunk.data(), std::min(bytes, chunk.size()), MSG_NOSIGNAL);
    check(sent > 0, "the receiver reads");
    bytes -= static_cast<std::uint64_t>(sent);
  }
  close(fd);
}

/// The actor that answers asks and receives loads.
class Far {
 public:
  using Ref = runtime::Ref<Echo, SendRaw, TellChunks>;
  ~Far() {
    if (raw_.joinable()) raw_.join();
  }
  Done on(Context&, const Echo& question) { return {question.value}; }
  void on(Context&, const SendRaw& order) {
    if (raw_.joinable()) raw_.join();
    raw_ = std::thread([order] { send_raw(order.port, order.bytes); });
  }
  /// Sent by an actor of its own, because it waits while the lane is full.
  void on(Context& self, const TellChunks& order) {
    for (std::uint64_t told = 0; told < order.bytes; told += chunk_size)
      self.tell(order.to, Chunk{std::string(chunk_size, 't')});
  }

 private:
  std::thread raw_;
};

class Store {
 public:
  using Ref = runtime::Ref<GiveChunk>;
  Chunk on(Context&, const GiveChunk&) { return {std::string(chunk_size, 'g')}; }
};

/// Counts the bytes that it receives.
class Sink {
 public:
  using Ref = runtime::Ref<Chunk, Fetch>;
  /// Answers when the given number of bytes has arrived.
  void on(Context& self, const Fetch& question) {
    left_ = question.bytes;
    answer_.emplace(self.answer_later<Fetch>());
  }
  void on(Context&, const Chunk& chunk) {
    left_ -= std::min<std::uint64_t>(left_, chunk.bytes.size());
    if (left_ == 0 && answer_) {
      answer_->give(Done{});
      answer_.reset();
    }
  }

 private:
  std::uint64_t left_ = 0;
  std::optional<Answer<Fetch>> answer_;
};

class Fetcher {
 public:
  using Ref = runtime::Ref<Fetch>;
  explicit Fetcher(Store::Ref store) : store_(store) {}
  Result<Done> on(Context& self, const Fetch& order) {
    Done done;
    while (done.bytes < order.bytes) {
      const auto chunk = self.ask(store_, GiveChunk{}, 60s);
      if (!chunk) return chunk.error();
      done.bytes += chunk->bytes.size();
    }
    return done;
  }

 private:
  Store::Ref store_;
};

struct Round {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double gigabytes_per_second = 0;
};

double at(std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(share * last)];
}

class Bench {
 public:
  Bench(const std::string& address, std::uint64_t bytes, const Keys& keys)
      : bytes_(bytes),
        node_(make_node({.name = "near", .threads = 2, .keys = keys, .insecure_loopback = true})) {
    const NodeId far = node_->join(address, 30s).value();
    far_ = node_->find<Far::Ref>(far, "far", 30s).value();
    teller_ = node_->find<Far::Ref>(far, "teller", 30s).value();
    store_ = node_->find<Store::Ref>(far, "store", 30s).value();
    sink_ = node_->spawn<Sink>();
    for (int i = 0; i < fetchers; ++i) fetchers_.push_back(node_->spawn<Fetcher>(store_));
  }

  Round idle() {
    return measure([this](std::uint64_t) { (void)node_->wait(sink_, 1s); });
  }
  Round raw() {
    return measure([this](std::uint64_t bytes) {
      const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in here = on_loopback(0);
      socklen_t size = sizeof here;
      check(bind(listening, reinterpret_cast<sockaddr*>(&here), sizeof here) == 0 &&
                listen(listening, 1) == 0 &&
                getsockname(listening, reinterpret_cast<sockaddr*>(&here), &size) == 0,
            "a port of loopback is free");
      node_->tell(far_, SendRaw{ntohs(here.sin_port), bytes});
      const int fd = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
      std::string buffer(chunk_size, '\0');
      std::uint64_t got = 0;
      for (ssize_t n = 1; n > 0; got += static_cast<std::uint64_t>(n))
        n = recv(fd, buffer.data(), buffer.size(), 0);
      check(got == bytes, "all bytes came");
      close(fd);
      close(listening);
    });
  }
  Round told() {
    return measure([this](std::uint64_t bytes) {
      node_->tell(teller_, TellChunks{sink_, bytes});
      check(node_->ask(sink_, Fetch{bytes}, 600s).has_value(), "all chunks came");
    });
  }
  Round asked_for() {
    return measure([this](std::uint64_t bytes) {
      std::vector<std::thread> waiting;
      for (const auto& fetcher : fetchers_)
        waiting.emplace_back([this, fetcher, bytes] {
          check(node_->ask(fetcher, Fetch{bytes / fetchers}, 600s).has_value(), "all chunks came");
        });
      for (std::thread& thread : waiting) thread.join();
    });
  }

 private:
  template <typename Load>
  Round measure(Load load) {
    std::atomic<bool> ends = false;
    std::vector<double> took;
    took.reserve(1'000'000);
    std::thread asking([&] {
      while (!ends) {
        const auto before = std::chrono::steady_clock::now();
        check(node_->ask(far_, Echo{1}, 60s).has_value(), "each ask is answered");
        const std::chrono::duration<double, std::micro> time =
            std::chrono::steady_clock::now() - before;
        took.push_back(time.count());
      }
    });
    const auto before = std::chrono::steady_clock::now();
    load(bytes_);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - before;
    ends = true;
    asking.join();
    std::ranges::sort(took);
    return {at(took, 0.5), at(took, 0.99), at(took, 0.999),
            static_cast<double>(bytes_) / time.count() / 1e9};
  }

  std::uint64_t bytes_;
  std::unique_ptr<Node> node_;
  Far::Ref far_;
  Far::Ref teller_;
  Store::Ref store_;
  Sink::Ref sink_;
  std::vector<Fetcher::Ref> fetchers_;
};

Round median(std::vector<Round> rounds) {
  const auto of = [&](double Round::* field) {
    std::ranges::sort(rounds, {}, field);
    return rounds[rounds.size() / 2].*field;
  };
  return {of(&Round::p50), of(&Round::p99), of(&Round::p999), of(&Round::gigabytes_per_second)};
}

/// Serves until the other process has ended.
[[noreturn]] void be_far(int address_pipe, const Keys& keys) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto node =
      make_node({.name = "far", .threads = 4, .keys = keys, .insecure_loopback = true});
  (void)node->get_or_spawn<Far>("far");
  (void)node->get_or_spawn<Far>("teller");
  (void)node->get_or_spawn<Store>("store");
  const std::string address = node->listen("tcp://127.0.0.1:*").value();
  check(write(address_pipe, address.data(), address.size()) > 0, "the other process listens");
  close(address_pipe);
  for (;;) pause();
}

void print(const char* load, const Round& round, const Round& beside) {
  std::printf("%-28s asks p50 %7.0f us, p99 %7.0f us, p99.9 %7.0f us", load, round.p50, round.p99,
              round.p999);
  if (round.gigabytes_per_second > 0)
    std::printf("; %.2f GB/s; of raw TCP: speed %.2f, p99 %.2f", round.gigabytes_per_second,
                round.gigabytes_per_second / beside.gigabytes_per_second, round.p99 / beside.p99);
  std::printf("\n");
}

void run(std::uint64_t bytes, int rounds, const Keys& keys) {
  int pipe_ends[2];
  check(pipe(pipe_ends) == 0, "the process may open a pipe");
  const pid_t far = fork();  // The fork precedes all threads.
  if (far == 0) be_far(pipe_ends[1], keys);
  close(pipe_ends[1]);
  std::string address(256, '\0');
  const ssize_t got = read(pipe_ends[0], address.data(), address.size());
  check(got > 0, "the other process says where it listens");
  address.resize(static_cast<std::size_t>(got));
  {
    Bench bench(address, bytes, keys);
    std::vector<Round> idle;
    std::vector<Round> raw;
    std::vector<Round> told;
    std::vector<Round> asked;
    for (int i = 0; i < rounds; ++i) {
      idle.push_back(bench.idle());
      idle.back().gigabytes_per_second = 0;
      raw.push_back(bench.raw());
      told.push_back(bench.told());
      asked.push_back(bench.asked_for());
    }
    const Round beside = median(raw);
    print("nothing else", median(idle), beside);
    print("raw TCP beside the link", beside, beside);
    print("large messages, told", median(told), beside);
    print("large messages, asked for", median(asked), beside);
  }
  kill(far, SIGKILL);
  waitpid(far, nullptr, 0);
}

}  // namespace
}  // namespace troupe::runtime

int main(int argc, char** argv) {
  const double gigabytes = argc > 1 ? std::atof(argv[1]) : 1;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const troupe::test::TempFolder scratch;
  troupe::runtime::Keys keys;
  if (argc > 3)  // Both processes have the same key, with the role `own`.
    keys = std::make_shared<const troupe::runtime::KeyFolder>(
        troupe::runtime::KeyFolder::create(scratch.file("keys")).value());
  troupe::runtime::run(static_cast<std::uint64_t>(gigabytes * 4096) * (256U << 10U),
                       std::max(rounds, 1), keys);
}
