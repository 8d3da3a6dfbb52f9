// Writes `--megabytes` (100) to stdout and as much to stderr without pause, with a report after
// each tenth.
#include "program.h"

int main(int argc, char** argv) {
  const double x = real(argc, argv, "--x", 0.5);
  const long megabytes = whole(argc, argv, "--megabytes", 100);
  char line[1024];
  memset(line, '.', sizeof line);
  line[sizeof line - 1] = '\n';
  for (long epoch = 1; epoch <= 10; ++epoch) {
    for (long i = 0; i < megabytes * 1024 / 10; ++i)
      if (fwrite(line, sizeof line, 1, stdout) != 1 || fwrite(line, sizeof line, 1, stderr) != 1)
        return 1;
    report(epoch, loss_of(x, epoch));
  }
  return 0;
}
