// Codes that are looked up against codes that are worked out.
#include "pipeline/media/code_table.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace fairground {
namespace {

/// From far below the first code to beyond white, what lies below black, and lengths that fill no block.
std::vector<float> many_floats() {
  constexpr std::uint32_t kStep = 1237;  // odd, so that no pattern of the mantissa is favoured
  std::vector<float> floats{0.0F,
                            -0.0F,
                            -1.0F,
                            -1e-9F,
                            1e-30F,
                            -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::infinity()};
  for (auto bits = std::bit_cast<std::uint32_t>(1e-9F); bits < std::bit_cast<std::uint32_t>(3.0F); bits += kStep) {
    floats.push_back(std::bit_cast<float>(bits));
  }
  return floats;
}

std::vector<std::uint8_t> worked_out(std::vector<float> light, const CodeTable::Curve& curve) {
  curve(light);
  std::vector<std::uint8_t> codes(light.size());
  encode_codes(light, codes);
  return codes;
}

std::vector<std::uint8_t> looked_up(const std::vector<float>& light, const CodeTable& table) {
  std::vector<std::uint8_t> codes(light.size());
  table.look_up(light, codes);
  return codes;
}

void nothing(std::span<float>) {}

void square(std::span<float> samples) {
  for (float& sample : samples) {
    sample = sample > 0.0F ? sample * sample : sample;
  }
}

TEST(CodeTable, GivesTheCodesOfCurveAndFormula) {
  const std::vector<float> light = many_floats();
  for (const CodeTable::Curve& curve : {CodeTable::Curve(nothing), CodeTable::Curve(square)}) {
    const auto table = CodeTable::behind(curve);
    ASSERT_TRUE(table);
    EXPECT_EQ(looked_up(light, *table), worked_out(light, curve));
  }
}

// The lowest float of each code and the highest of the one before, which a table that is one place off gets wrong.
TEST(CodeTable, StepsWhereTheFormulaDoes) {
  const auto table = CodeTable::behind(nothing);
  ASSERT_TRUE(table);
  for (int code = 1; code <= 255; ++code) {
    std::uint32_t low = 0;
    std::uint32_t high = std::bit_cast<std::uint32_t>(1.0F);
    while (high - low > 1) {
      const std::uint32_t middle = low + (high - low) / 2;
      (worked_out({std::bit_cast<float>(middle)}, nothing)[0] < code ? low : high) = middle;
    }
    EXPECT_EQ(looked_up({std::bit_cast<float>(low), std::bit_cast<float>(high)}, *table),
              (std::vector<std::uint8_t>{static_cast<std::uint8_t>(code - 1), static_cast<std::uint8_t>(code)}));
  }
}

TEST(CodeTable, IsTheSameHoweverTheRowIsCut) {
  const auto table = CodeTable::behind(square);
  ASSERT_TRUE(table);
  const std::vector<float> light = many_floats();
  for (const std::size_t count : {1U, 7U, 8U, 9U, 511U, 512U, 513U, 1500U}) {
    const std::vector<float> row(light.end() - static_cast<std::ptrdiff_t>(count), light.end());
    EXPECT_EQ(looked_up(row, *table), worked_out(row, square)) << count;
  }
}

TEST(CodeTable, RefusesACurveThatIsTooSteep) {
  const auto jump = [](std::span<float> samples) {
    for (float& sample : samples) {
      sample = sample > 0.3F ? 1.0F : 0.0F;
    }
  };
  EXPECT_FALSE(CodeTable::behind(jump));
  // Far below the first code of sRGB, where the pieces end.
  const auto lifted = [](std::span<float> samples) {
    for (float& sample : samples) {
      sample = std::sqrt(std::sqrt(std::sqrt(std::max(sample, 0.0F))));
    }
  };
  EXPECT_FALSE(CodeTable::behind(lifted));
}

}  // namespace
}  // namespace fairground
