// Trains as curve.c does; saves, then reports. The first time that it has saved an epoch, it makes
// the file `--stops DIR`/TRIAL-EPOCH and waits before it reports, so that a test can kill it there.
#include <fcntl.h>
#include <unistd.h>

#include "program.h"

static void stop_once(const char* folder, long epoch) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s-%ld", folder, getenv("TROUPE_TRIAL_ID"), epoch);
  const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return;
  close(file);
  work(20000);
}

int main(int argc, char** argv) {
  const double x = real(argc, argv, "--x", 0.5);
  const long epochs = whole(argc, argv, "--epochs", 9);
  const char* stops = option(argc, argv, "--stops", ".");
  const char* folder = option(argc, argv, "--st_checkpoint_dir", NULL);
  for (long epoch = load_epoch(folder) + 1; epoch <= epochs; ++epoch) {
    save_epoch(folder, epoch);
    stop_once(stops, epoch);
    report(epoch, loss_of(x, epoch));
  }
  return 0;
}
