#include "pipeline/media/response_curve.h"

#include <gtest/gtest.h>

#include "pipeline/core/error.h"

namespace fairground {
namespace {

std::vector<GainPoint> parse(const std::string& text) {
  return parse_response_curve(std::as_bytes(std::span(text.data(), text.size())), "curves/a.csv");
}

std::vector<std::string> mistakes(const std::string& text) {
  try {
    static_cast<void>(parse(text));
  } catch (const UserError& error) {
    return error.messages();
  }
  return {};
}

using Lines = std::vector<std::string>;

TEST(ResponseCurve, ReadsWhatMeasurementProgramsWrite) {
  const std::vector<GainPoint> wanted{{20, -3.5}, {1000, 0}, {20000, 2}};
  EXPECT_EQ(parse("20,-3.5\n1000,0\n20000,2\n"), wanted);
  EXPECT_EQ(parse("\xEF\xBB\xBFHz,dB\r\n20, -3.5\r\n1000, 0\r\n20000, +2"), wanted);
  EXPECT_EQ(parse("* made by hand\n# Freq SPL phase\n\n20.0\t-3.5\t12\n1e3 0 0\n20000 2.0 -9\n"), wanted);
  EXPECT_EQ(parse("frequency;gain\n20;-3.5\n1000;0\n20000;2\n"), wanted);
}

TEST(ResponseCurve, InterpolatesOverTheLogarithmOfFrequency) {
  const std::vector<GainPoint> points{{100, 0}, {10000, 10}};
  EXPECT_NEAR(interpolated_db(points, 1000.0), 5.0, 1e-12);
  EXPECT_EQ(interpolated_db(points, 20.0), 0.0);
  EXPECT_EQ(interpolated_db(points, 20000.0), 10.0);
}

TEST(ResponseCurve, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(mistakes("100,0\n50,1\n200,2\n"),
            Lines{"curves/a.csv:2: frequencies must ascend, but 50 Hz comes after 100 Hz; sort the lines, and keep one "
                  "for each frequency"});
  EXPECT_EQ(mistakes("100,0\n100,1\n200,2\n").size(), 1U);
  EXPECT_EQ(mistakes("100,0\n,1\n200,2\n"),
            Lines{"curves/a.csv:2: `,1` is not a frequency in Hz and a gain in dB, such as `1000, -3.5`"});
  EXPECT_EQ(mistakes("100,0\n200\n"),
            Lines{"curves/a.csv:2: `200` is not a frequency in Hz and a gain in dB, such as `1000, -3.5`"});
  EXPECT_EQ(mistakes("100,0\n200,60.5\n300,-61\n"),
            (Lines{"curves/a.csv:2: a gain of 60.5 dB is not from -60 to 60 dB",
                   "curves/a.csv:3: a gain of -61 dB is not from -60 to 60 dB"}));
  // Nothing is read out of another column, nor half of a number.
  EXPECT_EQ(mistakes("100,0\n1000;-3,5\n"),
            Lines{"curves/a.csv:2: `1000;-3,5` is not a frequency in Hz and a gain in dB, such as `1000, -3.5`"});
  EXPECT_EQ(mistakes("100,0\n1000,,45\n").size(), 1U);
  EXPECT_EQ(mistakes("100,0\n,3.5,12\n").size(), 1U);
  EXPECT_EQ(mistakes("100\t0\n200\t-3,5\n").size(), 1U);
  EXPECT_EQ(mistakes("0,0\n200,1\n300,1\n"), Lines{"curves/a.csv:1: a frequency of 0 Hz is not above 0"});
  EXPECT_EQ(mistakes("100,nan\n200,1\n").size(), 1U);
  EXPECT_EQ(mistakes("Hz,dB\n100,3\n"),
            Lines{"curves/a.csv:2: a curve needs at least 2 points, and here is only this one"});
  EXPECT_EQ(mistakes("# nothing\n"), Lines{"curves/a.csv: a curve needs at least 2 points, and here are none"});
  EXPECT_EQ(mistakes(""), Lines{"curves/a.csv: a curve needs at least 2 points, and here are none"});
}

TEST(ResponseCurve, EndsSoonWhereNothingIsACurve) {
  std::string text = "100,0\n";
  for (int i = 0; i < 1000; ++i) {
    text += "words and more words\n";
  }
  EXPECT_EQ(mistakes(text).size(), 20U);
  std::string many;
  for (int i = 1; i < 200'000; ++i) {
    many += std::to_string(i) + ",0\n";
  }
  ASSERT_EQ(mistakes(many).size(), 1U);
  EXPECT_NE(mistakes(many)[0].find("more than 100000 points"), std::string::npos);
}

}  // namespace
}  // namespace fairground
