//! What no pull can be faster than: the same blobs decompressed, both sides hashed, and the tars' bytes written, on the same
//! cores, with nothing else done. `benches/pull.sh` prints it beside the pulls.
//!
//!   cargo bench --bench floor -- DIR BLOB…       seconds of wall time, the better of the two ways to inflate
//!
//! Each tar is written as one sequential file into DIR (not as its files: that is the applier's work), three blobs at a time,
//! as a pull does it. zlib-rs inflates piece by piece as the bytes come; libdeflate is faster a byte and needs all of them.

use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

const CHUNK: usize = 1 << 20;
const SIDE_BY_SIDE: usize = 3;

fn main() -> io::Result<()> {
    // `cargo bench` adds `--bench`.
    let mut args = std::env::args_os().skip(1).filter(|arg| arg != "--bench").map(PathBuf::from);
    let Some(dir) = args.next() else {
        println!("floor: give it a directory and blobs, as benches/pull.sh does");
        return Ok(());
    };
    let blobs: Vec<PathBuf> = args.collect();
    let mut best = f64::MAX;
    for (name, way) in [("zlib-rs", streamed as fn(&Path, &Path) -> io::Result<()>), ("libdeflate", whole)] {
        std::fs::create_dir_all(&dir)?;
        let begun = Instant::now();
        run(&dir, &blobs, way)?;
        let took = begun.elapsed().as_secs_f64();
        eprintln!("           floor with {name}: {took:.2} s");
        best = best.min(took);
        std::fs::remove_dir_all(&dir)?;
    }
    println!("{best:.3}");
    Ok(())
}

/// The largest first: they would be waited for last.
fn run(dir: &Path, blobs: &[PathBuf], way: fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    let mut queue = blobs.to_vec();
    queue.sort_by_key(|blob| std::fs::metadata(blob).map_or(0, |meta| meta.len()));
    let queue = Mutex::new(queue.into_iter().enumerate().collect::<Vec<_>>());
    let next = || queue.lock().map_or(None, |mut queue| queue.pop());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..SIDE_BY_SIDE)
            .map(|_| {
                scope.spawn(|| {
                    while let Some((i, blob)) = next() {
                        way(&blob, &dir.join(i.to_string()))?;
                    }
                    Ok(())
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
    })
}

/// Hashes what is read through it.
struct Hashed<R> {
    inner: R,
    sha: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.sha.update(&buffer[..n]);
        Ok(n)
    }
}

fn streamed(blob: &Path, to: &Path) -> io::Result<()> {
    let compressed = Hashed { inner: File::open(blob)?, sha: Sha256::new() };
    let mut tar = flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(CHUNK, compressed));
    let mut out = File::create(to)?;
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<std::sync::Arc<Vec<u8>>>(4);
        let (send_file, receive_file) = sync_channel::<std::sync::Arc<Vec<u8>>>(4);
        let hasher = scope.spawn(move || {
            let mut sha = Sha256::new();
            receive.iter().for_each(|chunk| sha.update(chunk.as_slice()));
            sha.finalize()
        });
        let writer = scope.spawn(move || receive_file.iter().try_for_each(|chunk| out.write_all(&chunk)));
        loop {
            let mut chunk = vec![0; CHUNK];
            let n = tar.read(&mut chunk)?;
            if n == 0 {
                break;
            }
            chunk.truncate(n);
            let chunk = std::sync::Arc::new(chunk);
            if send.send(chunk.clone()).is_err() || send_file.send(chunk).is_err() {
                break;
            }
        }
        drop((send, send_file));
        std::hint::black_box(hasher.join().unwrap_or_else(|e| std::panic::resume_unwind(e)));
        writer.join().unwrap_or_else(|e| std::panic::resume_unwind(e))
    })
}

fn whole(blob: &Path, to: &Path) -> io::Result<()> {
    let compressed = std::fs::read(blob)?;
    std::hint::black_box(Sha256::digest(&compressed));
    // A member's size modulo 2³² is its last word; the blobs of the bench are of one member and smaller.
    let size = compressed.last_chunk().map_or(0, |word| u32::from_le_bytes(*word));
    let mut tar = vec![0; size as usize];
    libdeflater::Decompressor::new().gzip_decompress(&compressed, &mut tar).map_err(io::Error::other)?;
    std::thread::scope(|scope| {
        scope.spawn(|| std::hint::black_box(Sha256::digest(&tar)));
        File::create(to)?.write_all(&tar)
    })
}
