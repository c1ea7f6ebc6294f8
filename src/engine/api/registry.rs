//! `/dockwalk/v1/registry/damage`: what is broken on purpose in the built-in registry.

use super::Shared;
use super::answer::{Answer, blocking, json};
use super::query::Query;
use crate::client::protocol::DamageCommand;
use crate::engine::{Cancel, Fault, FaultKind};
use crate::spec::{Digest, DigestError};
use crate::trace::OpKind;
use axum::extract::Request;
use axum::{Json, RequestExt};
use std::sync::Arc;

pub(super) async fn damaged(engine: Shared) -> Answer {
    Ok(json(&engine.builtin()?.damaged()))
}

pub(super) async fn damage(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let bad = |e: axum::extract::rejection::JsonRejection| {
        Fault::new(FaultKind::BadRequest, "bad-request").with("reason", e.body_text())
    };
    let Json(DamageCommand { digest, offset }) = request.extract::<Json<DamageCommand>, _>().await.map_err(bad)?;
    let engine = Arc::clone(&engine);
    let done = blocking(move || {
        let builtin = engine.builtin()?;
        engine
            .conductor
            .operate(OpKind::RegistryDamage, &digest, line, &Cancel::new(), |cx| builtin.damage(cx, &digest, offset))
    });
    Ok(json(&done.await?))
}

pub(super) async fn mend(engine: Shared, request: Request) -> Answer {
    let (line, query) = (super::line(&request), Query::of(&request));
    let bad = |e: DigestError| Fault::new(FaultKind::BadRequest, "bad-request").with("reason", e);
    let digest: Option<Digest> = query.get("digest").map(str::parse).transpose().map_err(bad)?;
    let engine = Arc::clone(&engine);
    let done = blocking(move || {
        let builtin = engine.builtin()?;
        let subject = digest.as_ref().map_or_else(|| "*".to_owned(), ToString::to_string);
        engine
            .conductor
            .operate(OpKind::RegistryDamage, subject, line, &Cancel::new(), |cx| builtin.mend(cx, digest.as_ref()))
    });
    Ok(json(&done.await?))
}
