#include "pipeline/core/hash.h"

#include <openssl/evp.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace fairground {
namespace {

std::string to_hex(std::span<const unsigned char> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4U];
    text[2 * i + 1] = kDigits[bytes[i] & 15U];
  }
  return text;
}

/// The value of a lower-case hexadecimal digit; 16 for anything else.
unsigned value_of_digit(char digit) {
  constexpr unsigned kNone = 16;
  if (digit >= '0' && digit <= '9') {
    return static_cast<unsigned>(digit - '0');
  }
  return digit >= 'a' && digit <= 'f' ? static_cast<unsigned>(digit - 'a') + 10U : kNone;
}

struct DigestDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, DigestDeleter> digest{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (!context_->digest || EVP_DigestInit_ex(context_->digest.get(), EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("libcrypto could not start a SHA-256");
  }
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size()) != 1) {
    throw std::runtime_error("libcrypto could not update a SHA-256");
  }
  return *this;
}

Sha256& Sha256::update(std::string_view text) { return update(std::as_bytes(std::span(text))); }

Sha256Digest Sha256::digest() {
  Sha256Digest digest;
  if (EVP_DigestFinal_ex(context_->digest.get(), digest.bytes_.data(), nullptr) != 1) {
    throw std::runtime_error("libcrypto could not finish a SHA-256");
  }
  return digest;
}

std::string Sha256::hex() { return digest().hex(); }

std::optional<Sha256Digest> Sha256Digest::from_hex(std::string_view hex) {
  Sha256Digest digest;
  if (hex.size() != 2 * digest.bytes_.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < digest.bytes_.size(); ++i) {
    const unsigned high = value_of_digit(hex[2 * i]);
    const unsigned low = value_of_digit(hex[2 * i + 1]);
    if (std::max(high, low) > 15U) {
      return std::nullopt;
    }
    digest.bytes_[i] = static_cast<unsigned char>(high << 4U | low);
  }
  return digest;
}

std::string Sha256Digest::hex() const { return empty() ? std::string() : to_hex(bytes_); }

Sha256Digest sha256(std::span<const std::byte> bytes) { return Sha256().update(bytes).digest(); }
Sha256Digest sha256(std::string_view text) { return Sha256().update(text).digest(); }

std::string sha256_hex(std::span<const std::byte> bytes) { return Sha256().update(bytes).hex(); }
std::string sha256_hex(std::string_view text) { return Sha256().update(text).hex(); }

FieldHash& FieldHash::add(std::string_view field) {
  constexpr std::size_t kUsual = 256;  // spares most hashes to grow again and again
  std::array<char, 24> length;
  char* const end = std::to_chars(length.data(), length.data() + length.size() - 1, field.size()).ptr;
  *end = ':';
  const auto digits = static_cast<std::size_t>(end + 1 - length.data());
  if (fields_.empty()) {
    fields_.reserve(std::max(kUsual, digits + field.size()));
  }
  fields_.append(length.data(), digits).append(field);
  return *this;
}

FieldHash& FieldHash::add(std::int64_t number) {
  std::array<char, 24> digits;
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

std::uint64_t FieldHash::value64() const { return XXH3_64bits(fields_.data(), fields_.size()); }

std::array<std::uint64_t, 2> FieldHash::value128() const {
  const XXH128_hash_t hash = XXH3_128bits(fields_.data(), fields_.size());
  return {hash.high64, hash.low64};
}

std::string FieldHash::hex128() const {
  const XXH128_hash_t hash = XXH3_128bits(fields_.data(), fields_.size());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return to_hex(canonical.digest);
}

}  // namespace fairground
