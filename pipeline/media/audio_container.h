// What the bytes of an audio file say about it before anything is decoded.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace fairground {

/// Throws ItemError where the first bytes are of no format that is read, so that none of libsndfile's rarer readers
/// meets an untrusted file.
void require_known_audio(std::span<const std::byte> bytes);

/// Throws ItemError where `name` has the extension of a known format and libsndfile's `format` is another. Unknown
/// extensions claim nothing.
void check_audio_extension(const std::filesystem::path& name, int format);

/// "WAV", "FLAC", "Ogg Vorbis", … of libsndfile's `format`.
[[nodiscard]] const char* audio_format_name(int format);

/// Throws ItemError where the container says that it is longer than the bytes that are there. libsndfile does not tell:
/// it shortens the frame count to what it finds.
void check_audio_is_whole(std::span<const std::byte> bytes);

/// Whether a frame count that libsndfile gives was stated in the file. Only then does a shorter signal mean that the
/// file is cut short.
[[nodiscard]] bool states_frame_count(std::span<const std::byte> bytes, int format, long long frames);

}  // namespace fairground
