// What a file says of itself in its metadata when an algorithm has altered what it holds: the IPTC's digital source
// type (https://cv.iptc.org/newscodes/digitalsourcetype/), for whoever meets the file without its record.
#pragma once

#include <string>

#include "pipeline/media/audio_file.h"
#include "pipeline/media/bytes.h"
#include "pipeline/media/image_file.h"

namespace fairground {

/// "Algorithmically-altered media": modification or correction by an algorithm.
inline constexpr const char* kDigitalSourceType =
    "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced";

/// What stands beside it for people to read. The same in every file, so that equal media stay equal files.
inline constexpr const char* kAlteredStatement =
    "Altered by an algorithm: fairground made this file from a source to test software with it. Its line in "
    "metadata.jsonl says from which source, and how.";

/// The XMP packet of pictures (ISO 16684-1), with the property Iptc4xmpExt:DigitalSourceType.
[[nodiscard]] std::string altered_packet();

/// `file`, as encode_image() or encode_audio() made it, with the type in its metadata: a packet of XMP in pictures, the
/// comment of LIST/INFO in WAV, Vorbis comments in FLAC. The encoded pixels or samples and all else that the file holds
/// are left as they are. Throws std::logic_error where `file` is not laid out as our encoders do it.
[[nodiscard]] Bytes with_digital_source_type(Bytes file, ImageContainer container);
[[nodiscard]] Bytes with_digital_source_type(Bytes file, AudioContainer container);

}  // namespace fairground
