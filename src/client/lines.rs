//! Docker's stream of JSON lines, in which the engine tells how far a pull, push, load or import is.

use super::{Answer, ClientError};
use crate::trace::{Code, Problem};
use serde::Deserialize;

/// One line.
#[derive(Debug, Deserialize)]
pub struct Line {
    /// What is being done.
    #[serde(default)]
    pub status: String,
    /// Text that stands for itself.
    pub stream: Option<String>,
    /// What it is about: a layer's short digest, a tag.
    pub id: Option<String>,
    /// How far it is.
    #[serde(rename = "progressDetail")]
    pub progress: Option<Amount>,
    #[serde(rename = "errorDetail")]
    error: Option<Failed>,
}

/// Bytes of a line.
#[derive(Debug, Deserialize)]
pub struct Amount {
    /// So far.
    pub current: Option<u64>,
    /// Of how many.
    pub total: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Failed {
    message: String,
    dockwalk: Option<Problem>,
}

/// Calls `see` for each line, until the end or a line that tells of a failure.
pub fn each_line(mut answer: Answer, mut see: impl FnMut(&Line)) -> Result<(), ClientError> {
    let mut buffer = Vec::new();
    while let Some(chunk) = answer.chunk()? {
        buffer.extend_from_slice(&chunk);
        while let Some(end) = buffer.iter().position(|&b| b == b'\n') {
            let text: Vec<u8> = buffer.drain(..=end).collect();
            let Ok(line) = serde_json::from_slice::<Line>(&text) else { continue };
            if let Some(Failed { message, dockwalk }) = line.error {
                let said = || Problem::new(Code::EngineSaid).with("message", message);
                return Err(dockwalk.unwrap_or_else(said).into());
            }
            see(&line);
        }
    }
    Ok(())
}
