// Trains as curve.c does, and ends with code 1 if it has to resume and its checkpoint is missing or
// of another trial. `--weights BYTES` is the size of its checkpoint.
#include <sys/stat.h>

#include "program.h"

static void name_weights(char* path, size_t size, const char* folder) {
  char model[4096];
  snprintf(model, sizeof model, "%s/model", folder);
  mkdir(model, 0755);
  snprintf(path, size, "%s/weights", model);
}

static void save_weights(const char* folder, double x, long bytes) {
  char path[4096 + 16];
  name_weights(path, sizeof path, folder);
  FILE* file = fopen(path, "w");
  if (file == NULL) exit(1);
  fprintf(file, "%.17g\n", x);
  for (long i = 0; i < bytes / 8; ++i) {
    const unsigned long word = (unsigned long)i * 0x9e3779b97f4a7c15UL;
    fwrite(&word, sizeof word, 1, file);
  }
  if (fclose(file) != 0) exit(1);
}

static void check_weights(const char* folder, double x, long bytes) {
  char path[4096 + 16];
  name_weights(path, sizeof path, folder);
  FILE* file = fopen(path, "r");
  double saved = -1;
  if (file == NULL || fscanf(file, "%lf", &saved) != 1 || saved != x) {
    fprintf(stderr, "keeper: %s is not what this trial saved\n", path);
    exit(1);
  }
  struct stat stat;
  if (fstat(fileno(file), &stat) != 0 || stat.st_size < bytes) {
    fprintf(stderr, "keeper: %s is cut short\n", path);
    exit(1);
  }
  fclose(file);
}

int main(int argc, char** argv) {
  const double x = real(argc, argv, "--x", 0.5);
  const long epochs = whole(argc, argv, "--epochs", 9);
  const long bytes = whole(argc, argv, "--weights", 1000);
  const char* folder = option(argc, argv, "--st_checkpoint_dir", NULL);
  const char* resume = getenv("TROUPE_RESUME_FROM");
  long epoch = load_epoch(folder);
  if (resume != NULL && atol(resume) > 0 && epoch == 0) {
    fprintf(stderr, "keeper: to go on from epoch %s, and there is no checkpoint\n", resume);
    return 1;
  }
  if (epoch > 0) check_weights(folder, x, bytes);
  while (epoch < epochs) {
    work(whole(argc, argv, "--period_ms", 0));
    ++epoch;
    save_weights(folder, x, bytes);
    save_epoch(folder, epoch);
    report(epoch, loss_of(x, epoch));
  }
  return 0;
}
