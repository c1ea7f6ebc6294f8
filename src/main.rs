//! The command line of dockwalk.

fn main() {}
