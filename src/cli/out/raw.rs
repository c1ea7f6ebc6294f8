use std::io::{self, Write};

/// Bytes that are not ours to change: a program's in a container, which has the terminal, or a file's.
pub struct Raw(Where);

enum Where {
    Output,
    #[cfg(feature = "engine")]
    Error,
}

impl Raw {
    /// What a container, or a program on the lab's host, wrote to its standard output.
    #[cfg(feature = "engine")]
    pub fn of_container() -> Self {
        Self(Where::Output)
    }

    /// What it wrote to its standard error.
    #[cfg(feature = "engine")]
    pub fn of_container_error() -> Self {
        Self(Where::Error)
    }

    /// A file, to a standard output that is no terminal; none when it is one.
    pub fn of_file() -> Option<Self> {
        (!super::is_terminal()).then_some(Self(Where::Output))
    }
}

impl Write for Raw {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0 {
            Where::Output => io::stdout().write(bytes),
            #[cfg(feature = "engine")]
            Where::Error => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0 {
            Where::Output => io::stdout().flush(),
            #[cfg(feature = "engine")]
            Where::Error => io::stderr().flush(),
        }
    }
}
