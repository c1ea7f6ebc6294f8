use crate::engine::{Fault, Result};
use crate::trace::Code;
use serde::Deserialize;

/// How an image is put together: `fixtures/images/*.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// `lab/shell`
    pub name: String,
    pub tags: Vec<String>,
    /// The recipe it continues: its steps come first.
    pub from: Option<String>,
    pub run: Run,
    #[serde(default)]
    pub step: Vec<Step>,
}

/// What the config says about running it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    pub env: Vec<String>,
    pub cmd: Vec<String>,
    pub working_dir: String,
}

/// One instruction of a Dockerfile, and the layer it makes; none when it names nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub instruction: String,
    #[serde(default)]
    pub compression: Compression,
    /// Busybox and the names it is called by.
    #[serde(default)]
    pub programs: bool,
    #[serde(default)]
    pub dir: Vec<Dir>,
    #[serde(default)]
    pub file: Vec<File>,
    /// Paths of the layers below that are deleted.
    #[serde(default)]
    pub delete: Vec<String>,
    /// Directories whose content below is hidden.
    #[serde(default)]
    pub opaque: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    #[default]
    Gzip,
    Zstd,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dir {
    pub path: String,
    #[serde(default = "dir_mode")]
    pub mode: u32,
    #[serde(default)]
    pub owner: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub path: String,
    pub text: String,
    #[serde(default = "file_mode")]
    pub mode: u32,
}

/// The recipes are part of the program, so that an installed binary needs no other file.
pub const RECIPES: [(&str, &str); 5] = [
    ("app.toml", include_str!("../../../../fixtures/images/app.toml")),
    ("app-2.toml", include_str!("../../../../fixtures/images/app-2.toml")),
    ("base.toml", include_str!("../../../../fixtures/images/base.toml")),
    ("busybox.toml", include_str!("../../../../fixtures/images/busybox.toml")),
    ("shell.toml", include_str!("../../../../fixtures/images/shell.toml")),
];

/// Reads all recipes.
pub fn recipes() -> Result<Vec<Recipe>> {
    RECIPES.iter().map(|(file, text)| toml::from_str(text).map_err(|e| invalid(file, e))).collect()
}

/// A recipe that cannot be followed.
pub fn invalid(recipe: &str, reason: impl ToString) -> Fault {
    Fault::failed(Code::RecipeInvalid).with("recipe", recipe).with("reason", reason)
}

impl Recipe {
    /// Its own steps after those of the recipe it continues, and the environment likewise.
    pub fn whole(&self, all: &[Self]) -> Result<Self> {
        let Some(from) = &self.from else { return Ok(self.clone()) };
        let base = all.iter().find(|recipe| recipe.name == *from && recipe.from.is_none());
        let base = base.ok_or_else(|| invalid(&self.name, format!("there is no {from} to continue")))?;
        let mut whole = self.clone();
        whole.step = base.step.iter().chain(&self.step).cloned().collect();
        whole.run.env = base.run.env.iter().chain(&self.run.env).cloned().collect();
        Ok(whole)
    }
}

impl Step {
    /// True when the instruction changes no file.
    pub fn is_empty(&self) -> bool {
        !self.programs
            && self.dir.is_empty()
            && self.file.is_empty()
            && self.delete.is_empty()
            && self.opaque.is_empty()
    }
}

fn dir_mode() -> u32 {
    0o755
}

fn file_mode() -> u32 {
    0o644
}
