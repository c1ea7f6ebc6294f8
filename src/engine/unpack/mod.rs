//! Applies the tar of a layer to a directory of its own, which is then a lower directory of overlay mounts.
