//! Docker's stream of JSON lines, in which the engine tells how far a pull, push, load or import is.

use super::{Answer, ClientError};
use crate::docker::{ErrorDetail, ProgressLine};
use crate::trace::Problem;

/// Calls `see` for each line, until the end or a line that tells of a failure.
pub fn each_line(mut answer: Answer, mut see: impl FnMut(&ProgressLine)) -> Result<(), ClientError> {
    let mut buffer = Vec::new();
    while let Some(chunk) = answer.chunk()? {
        buffer.extend_from_slice(&chunk);
        while let Some(end) = buffer.iter().position(|&b| b == b'\n') {
            let text: Vec<u8> = buffer.drain(..=end).collect();
            let Ok(line) = serde_json::from_slice::<ProgressLine>(&text) else { continue };
            if let Some(ErrorDetail { message, dockwalk }) = line.error_detail {
                let said = || Problem::new("engine-said").with("message", message);
                return Err(dockwalk.unwrap_or_else(said).into());
            }
            see(&line);
        }
    }
    Ok(())
}
