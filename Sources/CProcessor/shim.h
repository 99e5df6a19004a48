#pragma once
#include <stdbool.h>

// Swift cannot tell which processor it runs on or was compiled for; Clang's builtins and macros can.

static inline bool processor_has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static inline bool processor_has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
}

static inline bool built_for_avx2(void) {
#ifdef __AVX2__
  return true;
#else
  return false;
#endif
}

static inline bool built_for_avx512(void) {
#ifdef __AVX512F__
  return true;
#else
  return false;
#endif
}
