#include "pipeline/core/hash.h"

#include <openssl/evp.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
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

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  if (EVP_DigestFinal_ex(context_->digest.get(), digest.data(), nullptr) != 1) {
    throw std::runtime_error("libcrypto could not finish a SHA-256");
  }
  return to_hex(digest);
}

std::string sha256_hex(std::span<const std::byte> bytes) { return Sha256().update(bytes).hex(); }
std::string sha256_hex(std::string_view text) { return Sha256().update(text).hex(); }

FieldHash& FieldHash::add(std::string_view field) {
  constexpr std::size_t kUsual = 256;  // spares most hashes to grow again and again
  if (fields_.empty()) {
    fields_.reserve(kUsual);
  }
  fields_ += std::to_string(field.size());
  fields_ += ':';
  fields_ += field;
  return *this;
}

FieldHash& FieldHash::add(std::int64_t number) { return add(std::to_string(number)); }

std::uint64_t FieldHash::value64() const { return XXH3_64bits(fields_.data(), fields_.size()); }

std::string FieldHash::hex128() const {
  const XXH128_hash_t hash = XXH3_128bits(fields_.data(), fields_.size());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return to_hex(canonical.digest);
}

}  // namespace fairground
