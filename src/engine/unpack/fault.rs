//! What is wrong with a layer's bytes.

use crate::engine::Fault;
use crate::trace::Code;
use std::io;

/// The bytes of the tar cannot be had.
pub fn input_failed(error: &io::Error) -> Fault {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
        Some(fault) => fault.clone(),
        None => damaged(error),
    }
}

pub fn damaged(reason: impl ToString) -> Fault {
    Fault::failed(Code::LayerDamaged).with("reason", reason.to_string())
}
