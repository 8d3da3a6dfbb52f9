// A program that ignores SIGTERM and leaves a grandchild in a session of its own, which ignores
// SIGTERM too and never ends. It reports as curve.c does, with `--x`, `--epochs`, `--period_ms` and
// `--st_checkpoint_dir`. `--marker TEXT` identifies all its processes by their command line.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

static void stay_behind(void) {
  const pid_t child = fork();
  if (child < 0) exit(1);
  if (child == 0) {
    setsid();
    const pid_t grandchild = fork();
    if (grandchild != 0) _exit(grandchild < 0 ? 1 : 0);
    for (;;) pause();
  }
  waitpid(child, NULL, 0);
}

int main(int argc, char** argv) {
  const double x = real(argc, argv, "--x", 0.5);
  const long epochs = whole(argc, argv, "--epochs", 9);
  const long period = whole(argc, argv, "--period_ms", 20);
  const char* folder = option(argc, argv, "--st_checkpoint_dir", NULL);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  stay_behind();
  for (long epoch = load_epoch(folder) + 1; epoch <= epochs; ++epoch) {
    work(period);
    save_epoch(folder, epoch);
    report(epoch, loss_of(x, epoch));
  }
  return 0;
}
