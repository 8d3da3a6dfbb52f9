#include "runtime/process/piped_output.hpp"

#include <array>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "runtime/io_thread.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(piped_output)

/// A PipedOutput over a pipe whose write end is open, with the chunks that it has delivered.
struct Fixture {
  void hold(std::size_t bytes) {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    writer.reset(ends[1]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    const std::string text(bytes, 'x');
    BOOST_REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(bytes));
    output = std::make_unique<PipedOutput>(
        io, Descriptor(ends[0]), [this](const std::string& chunk) { got.push_back(chunk.size()); },
        [this] { closed = true; });
  }

  void on_reactor(const std::function<void()>& work) {
    std::promise<void> done;
    io.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  ~Fixture() {
    on_reactor([this] { output.reset(); });
  }

  IoThread io;
  Descriptor writer;
  std::unique_ptr<PipedOutput> output;
  std::vector<std::size_t> got;
  bool closed = false;
};

BOOST_FIXTURE_TEST_CASE(the_end_follows_the_last_chunk_without_a_call, Fixture) {
  hold(5);
  on_reactor([this] { output->finish(); });
  BOOST_TEST(got == std::vector<std::size_t>{5});
  BOOST_TEST(closed);
}

BOOST_FIXTURE_TEST_CASE(the_remaining_output_waits_for_its_request, Fixture) {
  hold(PipedOutput::chunk_max + 7);
  on_reactor([this] { output->finish(); });
  BOOST_TEST(got == std::vector<std::size_t>{PipedOutput::chunk_max});
  BOOST_TEST(!closed);
  on_reactor([this] { output->more(); });
  BOOST_TEST(got == (std::vector<std::size_t>{PipedOutput::chunk_max, 7}));
  BOOST_TEST(closed);
}

BOOST_FIXTURE_TEST_CASE(a_drained_pipe_closes_at_the_end_without_a_request, Fixture) {
  hold(5);
  on_reactor([this] { output->begin(); });
  for (bool first = false; !first;) on_reactor([&] { first = !got.empty(); });
  BOOST_TEST(!closed);
  on_reactor([this] { output->finish(); });
  BOOST_TEST(got.size() == 1u);
  BOOST_TEST(closed);
}

BOOST_FIXTURE_TEST_CASE(an_open_pipe_is_read_up_to_the_end_of_its_program, Fixture) {
  hold(0);
  on_reactor([this] { output->begin(); });
  BOOST_TEST(!closed);
  on_reactor([this] { output->finish(); });
  BOOST_TEST(got.empty());
  BOOST_TEST(closed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
