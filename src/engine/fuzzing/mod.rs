//! What the fuzz targets run (`fuzz/`), and the tests over their corpus: each takes any bytes and panics where the program
//! breaks a promise. Not part of the program.

mod archive;
mod documents;
mod init;
mod logs;
mod packets;
mod references;
#[cfg(test)]
mod replay;
mod requests;
mod tar;
mod tokens;

pub use archive::archive;
pub use documents::documents;
pub use init::init;
pub use logs::logs;
pub use packets::packets;
pub use references::references;
pub use requests::requests;
pub use tar::tar;
pub use tokens::tokens;
