/// The picture of a World as data.
#[derive(Debug, Clone, Default)]
pub struct Scene {}
