// Hot loops are built for the x86-64-v2 baseline, for AVX2 and, by g++, for AVX-512, and the loader picks one. All give
// the same bits: only plain IEEE operations stand in them, and -ffp-contract=off forbids fused ones.
#pragma once

#ifdef __FAST_MATH__
#error "fairground promises the same bytes everywhere; build it without -ffast-math"
#endif

// The sanitizers instrument the resolver that picks a clone, which runs before their own start.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(FAIRGROUND_NO_CLONES)
#if defined(__clang__)  // which knows no levels of the architecture here
#define FAIRGROUND_HOT __attribute__((target_clones("avx2", "default")))
#else
#define FAIRGROUND_HOT __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#endif
#else
#define FAIRGROUND_HOT
#endif

// Stands above a loop whose pointers never meet, which the compiler would otherwise check before each run of it.
#if defined(__clang__)
#define FAIRGROUND_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define FAIRGROUND_INDEPENDENT _Pragma("GCC ivdep")
#endif
