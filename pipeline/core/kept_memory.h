// How the process treats memory that it has freed.
#pragma once

namespace fairground {

/// Rendering frees and takes megabytes for every variant. By default glibc gives them back to the system each time, and
/// the system zeroes them again, which took two thirds of the time of a 30 s recording in a room. After this call up to
/// 64 MB stay with the process. Does nothing where the C library has no such settings. Call it once, before any
/// threads.
void keep_freed_memory();

}  // namespace fairground
