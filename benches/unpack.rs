//! Unpacks blobs of layers into directories, one after the other, and prints the seconds of wall time.
//!
//!   cargo bench --bench unpack -- DIR BLOB…
//!
//! `benches/unpack.sh` runs it beside `tar` and `umoci`.

use dockwalk::engine::unpack::{Options, Unpack};
use dockwalk::engine::{Cancel, IdRange};
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1).filter(|arg| arg != "--bench").map(PathBuf::from);
    let Some(dir) = args.next() else {
        println!("unpack: give it a directory and blobs, as benches/unpack.sh does");
        return Ok(());
    };
    let begun = Instant::now();
    for (i, blob) in args.enumerate() {
        let layer = dir.join(i.to_string());
        fs::create_dir_all(&layer)?;
        let options = Options::new(IdRange::ALL, false);
        let unpack = Unpack::start(layer, dir.join(format!("{i}.ndjson.zst")), options, &Cancel::new())?;
        let mut file = File::open(blob)?;
        loop {
            let mut block = vec![0; 128 * 1024];
            let n = file.read(&mut block)?;
            block.truncate(n);
            if n == 0 || !unpack.push(block) {
                break;
            }
        }
        unpack.finish()?;
    }
    println!("{:.3}", begun.elapsed().as_secs_f64());
    Ok(())
}
