// The part that all C drivers share. A driver defines `run`, which begins and ends the timing itself.
// Parameters come as name=value; the first argument is the phase, and C drivers prepare nothing.
#pragma once
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int argument_count;
static char** arguments;
static int64_t begun_ns;
static int64_t elapsed_ns;

static void run(void);

static inline void fail(const char* what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static inline const char* text_parameter(const char* name) {
  size_t length = strlen(name);
  for (int i = 2; i < argument_count; i++)
    if (strncmp(arguments[i], name, length) == 0 && arguments[i][length] == '=')
      return arguments[i] + length + 1;
  fprintf(stderr, "the parameter %s is missing\n", name);
  exit(1);
}

static inline size_t size_parameter(const char* name) { return strtoull(text_parameter(name), NULL, 10); }

/// The path of a file in the directory that the parameter names.
static inline const char* path_in(const char* parameter, const char* file) {
  char* path = malloc(4096);
  snprintf(path, 4096, "%s/%s", text_parameter(parameter), file);
  return path;
}

static inline int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline void begin(void) { begun_ns = now_ns(); }
static inline void end(void) { elapsed_ns = now_ns() - begun_ns; }
/// After work that was done several times: the mean is reported.
static inline void end_repeated(int64_t times) { elapsed_ns = (now_ns() - begun_ns) / times; }

/// Of this program alone: what getrusage tells begins with the memory of whoever has started it.
static long long peak_bytes(void) {
  FILE* status = fopen("/proc/self/status", "r");
  char line[256];
  long long peak_kb = 0;
  while (status != NULL && fgets(line, sizeof line, status) != NULL)
    if (sscanf(line, "VmHWM: %lld kB", &peak_kb) == 1) break;
  if (status != NULL) fclose(status);
  return peak_kb * 1024;
}

int main(int count, char** values) {
  argument_count = count;
  arguments = values;
  if (strcmp(values[1], "prepare") == 0) {
    puts("{}");
    return 0;
  }
  run();
  printf("{\"elapsed_ns\": %lld, \"peak_bytes\": %lld}\n", (long long)elapsed_ns, peak_bytes());
  return 0;
}
