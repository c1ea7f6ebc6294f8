//! Commands beside a container's main process.

use super::container::Rest;
use serde::{Deserialize, Serialize};

/// `POST /containers/{id}/exec`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ExecCreate {
    pub attach_stdin: bool,
    pub attach_stdout: bool,
    pub attach_stderr: bool,
    pub tty: bool,
    pub cmd: Option<Vec<String>>,
    /// `NAME=value`
    pub env: Option<Vec<String>>,
    pub working_dir: Option<String>,
    pub user: Option<String>,
    pub privileged: bool,
    /// Rows and columns.
    pub console_size: Option<(u16, u16)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detach_keys: Option<String>,
    #[serde(flatten)]
    pub rest: Rest,
}

/// `POST /exec/{id}/start`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ExecStart {
    pub detach: bool,
    pub tty: bool,
}

/// `GET /exec/{id}/json`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ExecInspect {
    #[serde(rename = "ID")]
    pub id: String,
    pub running: bool,
    /// None while it runs.
    pub exit_code: Option<i64>,
    pub pid: u32,
    #[serde(rename = "ContainerID")]
    pub container_id: String,
    pub open_stdin: bool,
    pub open_stdout: bool,
    pub open_stderr: bool,
    pub can_remove: bool,
    pub detach_keys: String,
    pub process_config: ExecProcess,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExecProcess {
    pub tty: bool,
    pub entrypoint: String,
    pub arguments: Vec<String>,
    pub privileged: bool,
    pub user: String,
}
