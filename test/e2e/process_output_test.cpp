// The output of programs and its flow control.

#include <atomic>
#include <future>

#include <boost/test/unit_test.hpp>

#include "runtime/io_thread.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/reaper_processes.hpp"
#include "test/e2e/process_kit.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;
using test::Program;

BOOST_AUTO_TEST_SUITE(process_output)

struct Fixture {
  void rest(Duration duration) {
    std::promise<void> over;
    io.post([&] { io.at(io.now() + duration, [&] { over.set_value(); }); });
    over.get_future().wait();
  }

  IoThread io;
  ReaperProcesses processes{io, {{test::node, "warden", "--fd"}, {}}};
};

BOOST_FIXTURE_TEST_CASE(a_large_output_arrives_complete, Fixture) {
  // The sink counts the bytes; that of a Program would keep them.
  std::promise<std::pair<std::size_t, std::size_t>> done;
  std::size_t bytes = 0;
  std::size_t longest = 0;
#ifndef __SANITIZE_ADDRESS__  // ASan keeps freed memory.
  const auto before = resident_bytes(::getpid());
#endif
  std::atomic<ProcessId> id = 0;
  id = processes.start({{test::subject, "flood", "100000000", "x"}, {}, {}, {}},
                       [&](const ProcessEvent& event) {
                         if (const auto* output = std::get_if<ProcessOutput>(&event)) {
                           bytes += output->bytes.size();
                           longest = std::max(longest, output->bytes.size());
                           processes.more(output->process, output->stream);
                         } else if (std::holds_alternative<ProcessEnded>(event)) {
                           done.set_value({bytes, longest});
                         }
                       });
  auto result = done.get_future();
  BOOST_TEST_REQUIRE((result.wait_for(test::patience) == std::future_status::ready));
  const auto [total, chunk] = result.get();
  BOOST_TEST(total == 100'000'000u);
  BOOST_TEST(chunk <= 65536u);
#ifndef __SANITIZE_ADDRESS__
  BOOST_TEST(resident_bytes(::getpid()) < before + (16U << 20));
#endif
}

BOOST_FIXTURE_TEST_CASE(reads_more_only_on_request, Fixture) {
  Program program(processes, {{test::subject, "flood", "1000000", "x"}, {}, {}, {}},
                  Program::Credit::by_hand);
  for (std::size_t chunk = 1; chunk <= 3; ++chunk) {
    program.wait_chunks(chunk);
    std::promise<void> settled;  // After two rounds of the reactor all due output was read.
    io.post([&] { io.post([&] { settled.set_value(); }); });
    settled.get_future().wait();
    BOOST_TEST(program.chunks() == chunk);
    processes.more(program.id(), Stream::out);
  }
  program.wait_chunks(4);
  processes.end(program.id(), 0s);
  BOOST_TEST(program.order() == "started out");
}

BOOST_FIXTURE_TEST_CASE(the_end_is_delivered_without_a_request_after_all_output, Fixture) {
  Program program(processes, {{"/bin/sh", "-c", "echo one; echo two >&2"}, {}, {}, {}},
                  Program::Credit::by_hand);
  program.wait_ended();
  BOOST_TEST(program.chunks() == 2U);
  BOOST_TEST(program.order().ends_with(" ended"));
  BOOST_TEST(program.out() == "one\n");
  BOOST_TEST(program.err() == "two\n");
}

BOOST_FIXTURE_TEST_CASE(the_end_waits_for_unrequested_output, Fixture) {
  Program program(processes, {{test::subject, "flood", "1000000", "x"}, {}, {}, {}},
                  Program::Credit::by_hand);
  program.wait_chunks(1);
  rest(100ms);  // Time for the program to fill its pipe.
  processes.end(program.id(), 0s);
  rest(100ms);
  BOOST_TEST(program.order() == "started out");
  for (int piece = 0; piece < 1000 && !program.order().ends_with("ended"); ++piece) {
    processes.more(program.id(), Stream::out);
    rest(10ms);
  }
  BOOST_TEST(program.order() == "started out ended");
  BOOST_TEST(program.out().size() > 65536U);
}

BOOST_FIXTURE_TEST_CASE(a_program_may_close_its_outputs_and_go_on, Fixture) {
  Program program(processes, {{"/bin/sh", "-c",
                               "exec >&- 2>&-; trap 'exit 5' TERM; while :; do sleep 0.01; done"},
                              {"PATH=/bin:/usr/bin"},
                              {},
                              {}});
  program.wait_started();
  BOOST_TEST(program.order() == "started");
  processes.end(program.id(), 50s);
  program.wait_ended();
  BOOST_TEST(program.order() == "started ended");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
