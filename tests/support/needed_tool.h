// What a test needs besides Debian's compiler and libraries, and what becomes of the test where that is missing.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

/// Ends a test for which something is not installed; `missing` says what. Users need not have it, and there the test is
/// skipped. tests/run has installed it, and sets the variable so that it learns where that did not work.
#define END_FOR_WANT_OF_TOOL(missing)                                \
  do {                                                               \
    if (std::getenv("FAIRGROUND_NEEDS_TOOLS") != nullptr) {          \
      FAIL() << "tests/run should have installed it: " << (missing); \
    }                                                                \
    GTEST_SKIP() << (missing);                                       \
  } while (false)
