// From manifests to pools of talkers, for catalog.cpp alone.
#pragma once

#include <atomic>

#include "pipeline/catalog/catalog.h"

namespace fairground {

/// Fills `catalog.pools` with all that the manifests of pools say. Throws UserError with every mistake: columns, cells
/// and rows that are missing or given twice, paths that leave the manifest's folder, a talker with two labels in one
/// column of `balance`, and columns of `balance` whose labels do not occur in every combination, so that no draw could
/// be balanced over each of them.
void gather_pools(const Config& config, Catalog& catalog);

/// Reads and hashes the files of the gathered pools, on `jobs` threads, and sorts them. The sources must have been read
/// before. Throws UserError that lists every file that is no sound or holds the same bytes as another, and where a pool
/// and the recordings among the sources share subjects or bytes, or where nobody knows whether they do.
void read_pools(const Config& config, int jobs, const std::atomic<bool>* stop, Catalog& catalog);

}  // namespace fairground
