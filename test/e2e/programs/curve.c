// A trainer that only sleeps: `--x`, `--epochs`, `--period_ms` for each epoch, and a checkpoint in
// `--st_checkpoint_dir`. `--fail_at E` with `--exit N`, `--signal N` or `--allocate MB` makes it
// fail after the report of epoch E: in every attempt, or with `--fail_once FILE` only in the first.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "program.h"

/// Whether to fail now. Creates FILE of `--fail_once`, so that later attempts do not fail.
static int fails(int argc, char** argv) {
  const char* once = option(argc, argv, "--fail_once", NULL);
  if (once == NULL) return 1;
  const int file = open(once, O_CREAT | O_EXCL | O_WRONLY, 0644);
  if (file < 0) return 0;
  close(file);
  return 1;
}

static void fail(int argc, char** argv) {
  fprintf(stderr, "curve: failing as asked to\n");
  const long megabytes = whole(argc, argv, "--allocate", 0);
  for (long i = 0; i < megabytes; ++i) {
    void* block = malloc(1 << 20);
    if (block != NULL) memset(block, 1 + (int)(i % 100), 1 << 20);
  }
  const int number = (int)whole(argc, argv, "--signal", 0);
  if (number != 0) {
    signal(number, SIG_DFL);
    raise(number);
  }
  exit((int)whole(argc, argv, "--exit", 1));
}

int main(int argc, char** argv) {
  const double x = real(argc, argv, "--x", 0.5);
  const long epochs = whole(argc, argv, "--epochs", 9);
  const long period = whole(argc, argv, "--period_ms", 0);
  const long fail_at = whole(argc, argv, "--fail_at", -1);
  const char* folder = option(argc, argv, "--st_checkpoint_dir", NULL);
  long epoch = load_epoch(folder);
  if (fail_at == epoch && fails(argc, argv)) fail(argc, argv);
  while (epoch < epochs) {
    work(period);
    ++epoch;
    save_epoch(folder, epoch);
    report(epoch, loss_of(x, epoch));
    if (epoch == fail_at && fails(argc, argv)) fail(argc, argv);
  }
  return 0;
}
