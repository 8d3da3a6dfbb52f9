// Functions of the small trial programs: options of the form `--name value`, and report lines.
#ifndef TROUPE_TEST_PROGRAM_H
#define TROUPE_TEST_PROGRAM_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline const char* option(int argc, char** argv, const char* name, const char* fallback) {
  for (int i = 1; i + 1 < argc; ++i)
    if (strcmp(argv[i], name) == 0) return argv[i + 1];
  return fallback;
}

static inline long whole(int argc, char** argv, const char* name, long fallback) {
  const char* text = option(argc, argv, name, NULL);
  return text == NULL ? fallback : atol(text);
}

static inline double real(int argc, char** argv, const char* name, double fallback) {
  const char* text = option(argc, argv, name, NULL);
  return text == NULL ? fallback : atof(text);
}

/// The loss after an epoch; it falls towards |x - 0.3| and is the same in every run.
static inline double loss_of(double x, long epoch) {
  const double distance = x < 0.3 ? 0.3 - x : x - 0.3;
  return distance + 1.0 / (double)(epoch + 1);
}

static inline void report(long epoch, double loss) {
  printf("[tune-metric]: {\"epoch\": %ld, \"loss\": %.17g}\n", epoch, loss);
  fflush(stdout);
}

/// Sleeps `ms` milliseconds, whatever signals arrive.
static inline void work(long ms) {
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

/// The epoch in a checkpoint folder; 0 if the folder or its checkpoint does not exist.
static inline long load_epoch(const char* folder) {
  if (folder == NULL) return 0;
  char path[4096];
  snprintf(path, sizeof path, "%s/epoch", folder);
  FILE* file = fopen(path, "r");
  long epoch = 0;
  if (file == NULL) return 0;
  if (fscanf(file, "%ld", &epoch) != 1) epoch = 0;
  fclose(file);
  return epoch;
}

/// Replaces the checkpoint atomically. The folder must exist.
static inline void save_epoch(const char* folder, long epoch) {
  if (folder == NULL) return;
  char path[4096], unfinished[4096 + 16];
  snprintf(path, sizeof path, "%s/epoch", folder);
  snprintf(unfinished, sizeof unfinished, "%s.unfinished", path);
  FILE* file = fopen(unfinished, "w");
  if (file == NULL || fprintf(file, "%ld\n", epoch) < 0 || fclose(file) != 0 ||
      rename(unfinished, path) != 0) {
    perror(path);
    exit(1);
  }
}

#endif
