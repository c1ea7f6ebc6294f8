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

/// What is wrong with a tar that is no layer somebody pulled: a word for it, and the entry it is about.
pub fn complaint(fault: &Fault) -> Option<(&'static str, String)> {
    let kind = match fault.problem.code {
        Code::LayerDamaged => "contents",
        Code::LayerAttributeInvalid => "attribute",
        Code::LayerAttributeTooLarge => "attribute-size",
        Code::LayerBomb => "bomb",
        Code::LayerFileTooLarge => "file-size",
        Code::LayerHeaderTooLarge => "header-size",
        Code::LayerNameTooLong => "name-size",
        Code::LayerTooDeep => "depth",
        Code::LayerTooManyDirectories => "directories",
        Code::LayerTooManyEntries => "entries",
        _ => return None,
    };
    // Which of its entries: a fault of the contents says it before all else.
    let args = &fault.problem.args;
    let contents = args.get("reason").and_then(|reason| reason.split_once(": ")).map(|(entry, _)| entry);
    Some((kind, args.get("path").map(String::as_str).or(contents).unwrap_or("tar").to_owned()))
}

pub fn damaged(reason: impl ToString) -> Fault {
    Fault::failed(Code::LayerDamaged).with("reason", reason.to_string())
}
