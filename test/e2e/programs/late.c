// Reports epoch 1 and ends with 0. A child holds its output open and, unless it is killed, reports
// epochs 2 to `--epochs` afterwards, one each `--period_ms` (50).
#include <unistd.h>

#include "program.h"

int main(int argc, char** argv) {
  const double x = real(argc, argv, "--x", 0.5);
  const long epochs = whole(argc, argv, "--epochs", 9);
  const long period = whole(argc, argv, "--period_ms", 50);
  report(1, loss_of(x, 1));
  const pid_t child = fork();
  if (child != 0) return child < 0 ? 1 : 0;
  for (long epoch = 2; epoch <= epochs; ++epoch) {
    work(period);
    report(epoch, loss_of(x, epoch));
  }
  return 0;
}
