// Reports once and ends: `--x 0.5` gives the loss 0.5. Linked statically and without stdio, for it
// measures what starting a program costs.
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const char* x = "1";
  for (int i = 1; i + 1 < argc; ++i)
    if (strcmp(argv[i], "--x") == 0) x = argv[i + 1];
  char line[256] = "[tune-metric]: {\"epoch\": 1, \"loss\": ";
  if (strlen(line) + strlen(x) + 3 > sizeof line) return 1;
  strcat(strcat(line, x), "}\n");
  const size_t length = strlen(line);
  return write(STDOUT_FILENO, line, length) == (ssize_t)length ? 0 : 1;
}
