//! What the built-in registry serves. Clients offer it before the first pull; a test of the registry holds it.

/// Its images, by the alphabet.
pub const IMAGES: [&str; 7] =
    ["lab/app:1", "lab/app:2", "lab/app:stable", "lab/base:1", "lab/busybox:1", "lab/busybox:latest", "lab/shell:1"];
