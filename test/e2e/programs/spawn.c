// The loop with which the start of trials is compared.
//
//   e2e_spawn COUNT AT_A_TIME PROGRAM ARGUMENT...
//
// It runs PROGRAM COUNT times, AT_A_TIME at once, reads all output, and prints the runs a second.
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

enum { at_a_time_max = 256 };

struct run {
  pid_t pid;
  int output;
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const char* what) {
  perror(what);
  exit(1);
}

static void start(struct run* run, int poll, char** argv) {
  int ends[2];
  posix_spawn_file_actions_t actions;
  if (pipe2(ends, O_CLOEXEC) != 0) die("pipe");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  if (posix_spawn(&run->pid, argv[0], &actions, NULL, argv, environ) != 0) die(argv[0]);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  run->output = ends[0];
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = run};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, ends[0], &event) != 0) die("epoll_ctl");
}

/// Whether the child has ended: its output has ended, and it is reaped.
static int ended(struct run* run, int poll) {
  char bytes[4096];
  if (read(run->output, bytes, sizeof bytes) > 0) return 0;
  // A child in the middle of its exec has a copy of the descriptor, which would keep it open.
  epoll_ctl(poll, EPOLL_CTL_DEL, run->output, NULL);
  close(run->output);
  int status = 0;
  if (waitpid(run->pid, &status, 0) < 0) die("waitpid");
  if (status != 0) {
    fprintf(stderr, "a program ended with status %d\n", status);
    exit(1);
  }
  return 1;
}

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: e2e_spawn COUNT AT_A_TIME PROGRAM ARGUMENT...\n");
    return 2;
  }
  const long count = atol(argv[1]), at_a_time = atol(argv[2]);
  if (count < 1 || at_a_time < 1 || at_a_time > at_a_time_max) return 2;
  static struct run runs[at_a_time_max];
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) die("epoll_create1");
  const double began = now();
  long started = 0, done = 0;
  for (; started < count && started < at_a_time; ++started) start(&runs[started], poll, argv + 3);
  while (done < count) {
    struct epoll_event event;
    if (epoll_wait(poll, &event, 1, -1) != 1) continue;
    struct run* run = event.data.ptr;
    if (!ended(run, poll)) continue;
    ++done;
    if (started < count) {
      ++started;
      start(run, poll, argv + 3);
    }
  }
  const double seconds = now() - began;
  printf("%ld programs, %ld at a time: %.3f s, %.1f a second\n", count, at_a_time, seconds,
         (double)count / seconds);
  return 0;
}
