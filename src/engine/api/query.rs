//! What stands behind the `?` of a request, as the endpoint's type in `docker` or `client::protocol`.

use crate::docker::{BadQuery, from_query};
use crate::engine::{Fault, FaultKind, Result};
use axum::extract::Request;
use serde::de::DeserializeOwned;

pub(super) fn read<Q: DeserializeOwned>(request: &Request) -> Result<Q> {
    Ok(from_query(text(request))?)
}

/// As it came; empty where there is none.
pub(super) fn text(request: &Request) -> &str {
    request.uri().query().unwrap_or_default()
}

impl From<BadQuery> for Fault {
    fn from(bad: BadQuery) -> Self {
        Self::of(FaultKind::BadRequest, bad.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::{ContainerListQuery, Filters};
    use crate::trace::Code;

    fn asked(uri: &str) -> Request {
        axum::http::Request::builder().uri(uri).body(axum::body::Body::empty()).unwrap()
    }

    #[test]
    fn a_query_is_read_as_the_type_of_its_endpoint() {
        let query: ContainerListQuery = read(&asked("/containers/json?all=1&limit=3&unknown=x")).unwrap();
        assert_eq!(query, ContainerListQuery { all: true, limit: Some(3), size: false, filters: Filters::default() });
        assert_eq!(read::<ContainerListQuery>(&asked("/containers/json")).unwrap(), ContainerListQuery::default());
        let fault = read::<ContainerListQuery>(&asked("/containers/json?limit=x")).unwrap_err();
        let expected = Fault::new(FaultKind::BadRequest, Code::BadNumber).with("name", "limit").with("value", "x");
        assert_eq!(fault, expected);
    }
}
