// Signals, pictures and crafted bytes for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

#include "pipeline/core/error.h"
#include "pipeline/media/audio.h"
#include "pipeline/media/bytes.h"
#include "pipeline/media/image.h"

namespace fairground {

inline Audio sine(double frequency_hz, int rate, std::size_t frames, int channels = 1, double amplitude = 0.5) {
  Audio audio(rate, channels, frames);
  for (int c = 0; c < channels; ++c) {
    const std::span<float> out = audio.channel(c);
    const double step = 2.0 * std::numbers::pi * frequency_hz * (c + 1) / rate;
    for (std::size_t i = 0; i < frames; ++i) {
      out[i] = static_cast<float>(amplitude * std::sin(step * static_cast<double>(i)));
    }
  }
  return audio;
}

/// A picture without symmetry, so that every turn of it is seen. It is smooth, so that lossy formats keep it.
inline cv::Mat slope_picture(int width, int height, int type) {
  cv::Mat codes(height, width, type);
  const int channels = codes.channels();
  const double highest = codes.depth() == CV_16U ? 65535.0 : 255.0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const double value = highest * (0.1 + 0.5 * x / width + 0.2 * y / height + 0.05 * c);
        const int at = x * channels + c;
        if (codes.depth() == CV_16U) {
          codes.ptr<std::uint16_t>(y)[at] = static_cast<std::uint16_t>(value);
        } else {
          codes.ptr<std::uint8_t>(y)[at] = static_cast<std::uint8_t>(value);
        }
      }
    }
  }
  return codes;
}

inline bool same_codes(const cv::Mat& a, const cv::Mat& b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  return cv::norm(a, b, cv::NORM_INF) == 0.0;
}

/// Bytes that are put together field by field.
struct Crafted {
  Bytes bytes;

  Crafted& text(std::string_view characters) {
    for (const char c : characters) bytes.push_back(static_cast<std::byte>(c));
    return *this;
  }
  Crafted& little(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) put_digit(value, i);
    return *this;
  }
  Crafted& big(std::uint64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) put_digit(value, i);
    return *this;
  }
  Crafted& append(const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }

 private:
  // Fields wider than a number are filled up with zeros.
  void put_digit(std::uint64_t value, int place) {
    bytes.push_back(static_cast<std::byte>(place < 8 ? value >> (8 * place) & 0xFFU : 0U));
  }
};

inline Bytes first_bytes(const Bytes& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// The message of the ItemError that `action` throws; empty where it throws none.
template <typename Action>
std::string item_error(Action action) {
  try {
    (void)action();
  } catch (const ItemError& fault) {
    return fault.what();
  }
  return "";
}

inline testing::AssertionResult says(const std::string& message, std::string_view part) {
  if (message.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the message is '" << message << "', without '" << part << "'";
}

#define EXPECT_ITEM_ERROR(action, part) EXPECT_TRUE(says(item_error([&] { return action; }), part))

}  // namespace fairground
