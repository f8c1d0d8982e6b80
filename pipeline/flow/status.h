// The command `status`: how far a run is, and each of its shards.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairground {

/// Says how far the run in `directory` is, from its journals alone: neither config nor sources are read, so that it can
/// be asked from any machine while the run goes on. Throws UserError where there is no run. As JSON it has `directory`,
/// `state` (`finished`; `running`; `stopped`, to go on by the same command; `not begun`, only prepared; `complete`, to
/// be merged), `counts` of the whole (`planned` only where every shard has been begun), and where there are shards
/// `shards`: a list of `shard`, `of`, `state` (`not begun`, `running`, `stopped` or `complete`), `counts` and
/// `seconds_since_last`, since a variant was done.
void run_status(const std::filesystem::path& directory, bool as_json, std::ostream& out);

}  // namespace fairground
