// The elements of an array deep inside a large JSON file, one after the other, so that the file need not fit into
// memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/output/output_tree.h"

namespace fairground {

inline constexpr std::size_t kMostPieceBytes = std::size_t{256} << 20U;

/// Calls `body` with the text of each object in the array `file[outer][inner]`. Only braces and texts are looked at:
/// the pieces may be no JSON. Returns false where the file is missing. Throws UserError where it ends too early, or has
/// a piece of more than `most_bytes`.
bool for_each_piece(const OutputTree& tree, const std::filesystem::path& name, std::string_view outer,
                    std::string_view inner, const std::function<void(const std::string& piece)>& body,
                    std::size_t most_bytes = kMostPieceBytes);

}  // namespace fairground
