//! What is asked for and not served: something of Docker's that is not built, or a page that there is not.

use super::answer::{Refused, english};
use super::version;
use crate::docker::Feature;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use hyper::ext::ReasonPhrase;

pub(super) async fn unknown(request: Request) -> Response {
    version::refuse(request.uri().path()).unwrap_or_else(|| refusal(&request))
}

/// Says what it is that is not served.
pub(super) fn refusal(request: &Request) -> Response {
    let fault = match Feature::asked(request.method().as_str(), request.uri().path()) {
        Some(feature) => {
            // The docker CLI's `inspect NAME` asks for one thing of each kind, until one is there: of these there are none.
            let none = matches!(feature, Feature::Plugin | Feature::Secret | Feature::Swarm);
            let kind = if none && request.method() == Method::GET { FaultKind::NotFound } else { FaultKind::NotBuilt };
            Fault::new(kind, Code::NotBuilt).with("feature", feature.name())
        }
        None => Fault::new(FaultKind::NotFound, Code::NoSuchEndpoint).with("request", super::line(request)),
    };
    let said = english(&fault);
    let mut response = Refused(fault).into_response();
    // An answer to HEAD has no body; the docker CLI shows the status line, which may say anything behind the number.
    if request.method() == Method::HEAD
        && let Ok(reason) = ReasonPhrase::try_from(said)
    {
        response.extensions_mut().insert(reason);
    }
    response
}
