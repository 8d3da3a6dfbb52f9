// Programs with unusual behaviour, for the process tests. The last argument is a tag by which a
// test finds the processes in /proc.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

[[noreturn]] void linger() {
  for (;;) ::pause();
}

/// Forks `depth` times; each parent exits at once, and each child makes a session of its own.
void escape(int depth) {
  for (; depth > 0; --depth) {
    if (::fork() != 0) ::_exit(0);
    ::setsid();
  }
}

/// Executes this program again with an empty environment.
[[noreturn]] void exec_without_environment(const char* self, const char* mode, const char* tag) {
  const std::array<const char*, 4> argv{self, mode, tag, nullptr};
  const std::array<char*, 1> env{nullptr};
  ::execve("/proc/self/exe", const_cast<char* const*>(argv.data()), env.data());
  ::_exit(1);
}

void fork_children(int count) {
  for (int i = 0; i < count; ++i)
    if (::fork() == 0) linger();
}

int flood(std::size_t bytes) {
  const std::string line(63, 'x');
  for (std::size_t sent = 0; sent < bytes; sent += 64)
    if (std::puts(line.c_str()) < 0) return 1;
  return 0;
}

/// Touches `bytes` of memory, and stays.
[[noreturn]] void eat(std::size_t bytes) {
  char* const memory = static_cast<char*>(std::malloc(bytes));
  std::memset(memory, 1, bytes);
  std::printf("ate %d\n", memory[bytes / 2]);
  std::fflush(stdout);
  for (;;) ::pause();
}

/// Prints each SIGTERM that comes within half a second of the first one, and exits with their
/// number.
[[noreturn]] void count_terms() {
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, nullptr);
  std::puts("counting");
  std::fflush(stdout);
  int signal = 0;
  int count = ::sigwait(&term, &signal) == 0 ? 1 : 0;
  const timespec half_a_second{0, 500'000'000};
  std::puts("SIGTERM");
  for (; ::sigtimedwait(&term, nullptr, &half_a_second) == SIGTERM; ++count) std::puts("SIGTERM");
  std::fflush(stdout);
  ::_exit(count);
}

int run(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const char* const tag = argv[argc - 1];
  const auto number = [&] { return std::strtoul(argv[2], nullptr, 10); };
  if (mode == "count-terms") count_terms();
  if (mode == "fork-count-terms") {
    if (::fork() == 0) count_terms();
    linger();  // SIGTERM ends the parent at once, and its child becomes an orphan.
  }
  // Set before the first fork, so that all descendants ignore it from their start.
  if (mode != "stop" && mode != "eat") ::signal(SIGTERM, SIG_IGN);
  if (mode == "linger") linger();
  if (mode == "flood") return flood(number());
  if (mode == "eat") eat(number());
  if (mode == "bomb") {
    fork_children(static_cast<int>(number()));
    return 0;
  }
  if (mode == "bomb-and-stay") {
    fork_children(static_cast<int>(number()));
    std::puts("grown");
    std::fflush(stdout);
    linger();
  }
  if (mode == "stop") {
    std::puts("stopping");
    std::fflush(stdout);
    ::raise(SIGSTOP);
    return 0;
  }
  if (mode == "escape" || mode == "escape-naked") {
    std::puts("escaping");
    std::fflush(stdout);
    if (const pid_t child = ::fork(); child != 0)
      return ::waitpid(child, nullptr, 0) == child ? 0 : 1;
    // Environment and session are left before the first orphan exists, so that none can be
    // attributed.
    if (mode == "escape-naked") exec_without_environment(argv[0], "escape-session", tag);
    escape(2);
    linger();
  }
  if (mode == "escape-session") {
    ::setsid();
    escape(2);
    linger();
  }
  if (mode == "escape-and-stay") {
    std::array<int, 2> done{};
    if (::pipe(done.data()) != 0) return 1;
    if (::fork() == 0) {
      escape(2);
      (void)!::write(done[1], "x", 1);
      linger();
    }
    char byte = 0;
    (void)!::read(done[0], &byte, 1);
    std::puts("escaped");
    std::fflush(stdout);
    linger();
  }
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv);
}
