//! The registry that the engine brings along: `lab/…` images assembled on this host.
//!
//! ```text
//! fixtures/images/*.toml ─┐
//! the host's busybox ─────┴▶ layers ▶ configs ▶ manifests ▶ indexes ─▶ ASSETS/<key>/ ─▶ HTTP on loopback
//! ```
//!
//! It speaks the pull half of the distribution protocol to anyone who asks: docker, podman and skopeo pull from it too.

mod assemble;
mod busybox;
mod cache;
mod damage;
mod layer;
mod moved;
mod recipe;
mod serve;
mod shelf;
#[cfg(test)]
mod tests;

use crate::engine::{Fault, Result};
use crate::trace::Code;
use damage::Damages;
use moved::Moved;
use shelf::Shelf;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

/// A running built-in registry. It ends with the process.
#[derive(Debug)]
pub struct Builtin {
    addr: SocketAddr,
    shelf: Arc<Shelf>,
    damages: Arc<Damages>,
    moved: Arc<Moved>,
}

impl Builtin {
    /// Assembles the images (or takes them from `assets`, where they are kept) and serves them on `addr`; port 0 is any free
    /// one.
    pub fn serve(addr: SocketAddr, assets: &Path) -> Result<Self> {
        let taken = |e: std::io::Error| Fault::failed(Code::AddressTaken).with("address", addr).with("reason", e);
        let listener = TcpListener::bind(addr).map_err(taken)?;
        let addr = listener.local_addr().map_err(taken)?;
        let shelf = Arc::new(cache::shelf(assets)?);
        let (damages, moved) = (Arc::<Damages>::default(), Arc::<Moved>::default());
        let shop = serve::Shop { shelf: Arc::clone(&shelf), damages: Arc::clone(&damages), moved: Arc::clone(&moved) };
        serve::start(listener, shop)?;
        Ok(Self { addr, shelf, damages, moved })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it serves: `lab/shell:1`, …
    pub fn images(&self) -> Vec<String> {
        self.shelf.tags.iter().flat_map(|(name, tags)| tags.keys().map(move |tag| format!("{name}:{tag}"))).collect()
    }
}
