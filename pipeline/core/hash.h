// SHA-256 for files and plans, XXH3 for keys and short names.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fairground {

/// The SHA-256 of something, or none. Where there are very many, it takes a third of the memory of its text.
class Sha256Digest {
 public:
  Sha256Digest() = default;
  /// Nothing where `hex` is not 64 lower-case hexadecimal digits.
  [[nodiscard]] static std::optional<Sha256Digest> from_hex(std::string_view hex);

  [[nodiscard]] bool empty() const { return *this == Sha256Digest(); }
  /// The 64 digits; empty where there is none.
  [[nodiscard]] std::string hex() const;

  /// In the order of their texts.
  friend auto operator<=>(const Sha256Digest&, const Sha256Digest&) = default;

 private:
  friend class Sha256;

  std::array<unsigned char, 32> bytes_{};  ///< nothing that anybody can find has the digest of zeros
};

[[nodiscard]] Sha256Digest sha256(std::span<const std::byte> bytes);
[[nodiscard]] Sha256Digest sha256(std::string_view text);
/// Lower-case hexadecimal SHA-256 of `bytes`.
[[nodiscard]] std::string sha256_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256_hex(std::string_view text);

/// SHA-256 of what comes piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text);
  /// The digest of all that was given. Call one of these once, last.
  [[nodiscard]] Sha256Digest digest();
  [[nodiscard]] std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// A hash of a list of fields. Each field goes in with its length, so that ("ab", "c") and ("a", "bc")
/// differ. XXH3 is stable since version 0.8, so these values may stand in file names and random keys.
class FieldHash {
 public:
  FieldHash& add(std::string_view field);
  FieldHash& add(std::int64_t number);

  [[nodiscard]] std::uint64_t value64() const;
  /// The 128-bit hash; such values are in the order of their hex128().
  [[nodiscard]] std::array<std::uint64_t, 2> value128() const;
  /// 32 hexadecimal digits of the 128-bit hash.
  [[nodiscard]] std::string hex128() const;
  /// The first `digits` of hex128().
  [[nodiscard]] std::string hex(std::size_t digits) const { return hex128().substr(0, digits); }

 private:
  std::string fields_;
};

}  // namespace fairground
