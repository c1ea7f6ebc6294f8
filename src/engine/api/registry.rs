//! `/auth`: whether a registry takes a login. `/dockwalk/v1/registry/damage`: what is broken on purpose in the
//! built-in one. `/dockwalk/v1/registry/tag`: a tag of it that is moved.

use super::Shared;
use super::answer::{Answer, blocking, cancellable, english, json, with_status};
use super::query;
use crate::client::protocol::{DamageCommand, MendQuery, TagCommand};
use crate::docker::{AuthAnswer, AuthConfig, ErrorMessage};
use crate::engine::Cancel;
use crate::engine::registry::Credentials;
use crate::trace::{Code, OpKind};
use axum::extract::Request;
use axum::http::StatusCode;
use std::sync::Arc;

pub(super) async fn damaged(engine: Shared) -> Answer {
    Ok(json(&engine.builtin()?.damaged()))
}

pub(super) async fn damage(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let DamageCommand { digest, offset } = super::json::read(request).await?;
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
    let line = super::line(&request);
    let MendQuery { digest } = query::read(&request)?;
    let engine = Arc::clone(&engine);
    let done = blocking(move || {
        let builtin = engine.builtin()?;
        let subject = digest.as_ref().map_or_else(|| "*".to_owned(), ToString::to_string);
        engine
            .conductor
            .operate(OpKind::RegistryMend, subject, line, &Cancel::new(), |cx| builtin.mend(cx, digest.as_ref()))
    });
    Ok(json(&done.await?))
}

pub(super) async fn move_tag(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let TagCommand { tag, to } = super::json::read(request).await?;
    let engine = Arc::clone(&engine);
    let done = blocking(move || {
        let builtin = engine.builtin()?;
        let subject = tag.familiar();
        engine
            .conductor
            .operate(OpKind::RegistryTag, subject, line, &Cancel::new(), |cx| builtin.move_tag(cx, &tag, &to))
    });
    Ok(json(&done.await?))
}

/// What `docker login` sends. The secrets in it go to the registry and nowhere else.
pub(super) async fn auth(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let login: AuthConfig = super::json::asked_of_any_kind(request).await?;
    let registry = address(&login.serveraddress);
    let credentials = if login.identitytoken.is_empty() {
        Credentials::Basic { username: login.username, password: login.password }
    } else {
        Credentials::Identity(login.identitytoken)
    };
    let engine = Arc::clone(&engine);
    let done = cancellable(move |cancel| {
        engine.conductor.operate(OpKind::RegistryLogin, &registry, line, cancel, |cx| {
            engine.puller.log_in(cx, &registry, &credentials)
        })
    });
    // Docker's own word for a login that is refused is 401.
    match done.await {
        Ok(()) => Ok(json(&AuthAnswer { status: "Login Succeeded".to_owned(), identity_token: String::new() })),
        Err(fault) if matches!(fault.problem.code, Code::RegistryRefused) => {
            let refusal = ErrorMessage { message: english(&fault), dockwalk: Some(fault.problem) };
            Ok(with_status(StatusCode::UNAUTHORIZED, &refusal))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// `https://index.docker.io/v1/` is docker.io; others may come with a scheme and a path, too.
fn address(text: &str) -> String {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest).split('/').next().unwrap_or_default();
    match host {
        "" | "index.docker.io" | "registry-1.docker.io" => "docker.io".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_known_by_all_the_addresses_that_clients_send() {
        assert_eq!(address("https://index.docker.io/v1/"), "docker.io");
        assert_eq!(address(""), "docker.io");
        assert_eq!(address("localhost:5000"), "localhost:5000");
        assert_eq!(address("https://reg.lan:5000/v2/"), "reg.lan:5000");
    }
}
