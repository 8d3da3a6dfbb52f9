// Programs that misbehave, for the process tests. The last argument of each is a tag by which the
// test finds it in /proc.

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

/// Forks `depth` times, each parent waiting not at all; the last one is in a session of its own.
void escape(int depth) {
  for (; depth > 0; --depth) {
    if (::fork() != 0) ::_exit(0);
    ::setsid();
  }
}

/// Runs this program again without any environment.
[[noreturn]] void become_nobody(const char* self, const char* tag) {
  const std::array<const char*, 4> argv{self, "linger", tag, nullptr};
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

/// Touches so much memory, and stays.
[[noreturn]] void eat(std::size_t bytes) {
  char* const memory = static_cast<char*>(std::malloc(bytes));
  std::memset(memory, 1, bytes);
  std::printf("ate %d\n", memory[bytes / 2]);
  std::fflush(stdout);
  for (;;) ::pause();
}

int run(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const char* const tag = argv[argc - 1];
  const auto number = [&] { return std::strtoul(argv[2], nullptr, 10); };
  // Before anybody forks, so that all of the family ignore it from their first instant.
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
    const bool naked = mode == "escape-naked";
    std::puts("escaping");
    std::fflush(stdout);
    if (const pid_t child = ::fork(); child != 0)
      return ::waitpid(child, nullptr, 0) == child ? 0 : 1;
    escape(2);
    if (naked) become_nobody(argv[0], tag);
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
