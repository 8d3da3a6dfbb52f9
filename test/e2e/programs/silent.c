// Prints nothing and ends with 0, after `--period_ms`.
#include "program.h"

int main(int argc, char** argv) {
  work(whole(argc, argv, "--period_ms", 0));
  return 0;
}
