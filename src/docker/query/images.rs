//! Queries about images.

use super::read::{BadQuery, QueryFault};
use crate::docker::filters::Filters;
use serde::{Deserialize, Serialize};

/// `GET /images/json`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct ImageListQuery {
    /// Also those that have no name, and are there for others.
    pub all: bool,
    /// With the bytes of layers that other images have, too.
    pub shared_size: bool,
    pub filters: Filters,
}

/// `POST /images/create`: a pull, or an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ImageCreateQuery {
    pub from_image: Option<String>,
    pub from_src: Option<String>,
    /// What an import is to be called.
    pub repo: Option<String>,
    /// Of `from_image`, where it may be a digest, or of `repo`.
    pub tag: Option<String>,
    pub message: String,
    /// Instructions as in a Dockerfile.
    pub changes: Vec<String>,
    pub platform: Option<String>,
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageSource<'a> {
    /// This name in a registry.
    Registry(&'a str),
    /// The body of the request.
    Body,
}

impl ImageCreateQuery {
    /// `fromSrc`: the body of the request.
    pub const BODY: &str = "-";

    pub fn source(&self) -> Result<ImageSource<'_>, BadQuery> {
        match (self.from_src.as_deref(), self.from_image.as_deref()) {
            (Some(Self::BODY), _) => Ok(ImageSource::Body),
            (Some(other), _) => Err(BadQuery::new("fromSrc", other, QueryFault::Unsupported)),
            (None, Some(image)) => Ok(ImageSource::Registry(image)),
            (None, None) => {
                let neither = QueryFault::Other("neither fromImage nor fromSrc".to_owned());
                Err(BadQuery::new("fromImage", "", neither))
            }
        }
    }
}

/// `POST /images/load`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageLoadQuery {
    /// Without the bytes of layers.
    pub quiet: bool,
    /// `linux/arm64`; later clients send a list in JSON.
    pub platform: Option<String>,
}

/// `GET /images/{name}/get`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageSaveQuery {
    /// `linux/arm64`; later clients send a list in JSON.
    pub platform: Option<String>,
}

/// `GET /images/get`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageSaveAllQuery {
    pub names: Vec<String>,
    /// `linux/arm64`; later clients send a list in JSON.
    pub platform: Option<String>,
}

/// `POST /images/{name}/tag`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageTagQuery {
    pub repo: String,
    pub tag: Option<String>,
}

/// `POST /images/{name}/push`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImagePushQuery {
    /// None: all tags of that name.
    pub tag: Option<String>,
}

/// `DELETE /images/{name}`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageRemoveQuery {
    pub force: bool,
    /// Parents without a name stay.
    #[serde(rename = "noprune")]
    pub keep_parents: bool,
}

/// `POST /commit`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommitQuery {
    pub container: String,
    pub repo: Option<String>,
    pub tag: Option<String>,
    pub author: String,
    pub comment: String,
    /// None is as true.
    pub pause: Option<bool>,
    /// Instructions as in a Dockerfile, one or several lines each.
    pub changes: Vec<String>,
}
