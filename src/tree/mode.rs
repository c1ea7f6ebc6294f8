use super::Kind;

impl Kind {
    /// The letter with which `ls -l` begins the line of such a thing.
    pub fn letter(&self) -> char {
        match self {
            Self::File { .. } | Self::Hardlink { .. } | Self::Whiteout | Self::Opaque => '-',
            Self::Directory => 'd',
            Self::Symlink { .. } => 'l',
            Self::Fifo => 'p',
            Self::Char { .. } => 'c',
            Self::Block { .. } => 'b',
        }
    }

    /// `drwxr-sr-t`: the letter and the permission bits as ls(1) has them.
    ///
    /// ```
    /// use dockwalk::tree::Kind;
    /// assert_eq!(Kind::Directory.with_mode(0o1777), "drwxrwxrwt");
    /// assert_eq!(Kind::File { size: 0 }.with_mode(0o6745), "-rwsr-Sr-x");
    /// ```
    pub fn with_mode(&self, mode: u32) -> String {
        let mut text = String::from(self.letter());
        for (shift, special, set, unset) in [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')] {
            let bits = mode >> shift;
            text.push(if bits & 4 != 0 { 'r' } else { '-' });
            text.push(if bits & 2 != 0 { 'w' } else { '-' });
            text.push(match (bits & 1 != 0, mode & special != 0) {
                (true, true) => set,
                (false, true) => unset,
                (true, false) => 'x',
                (false, false) => '-',
            });
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_printed_as_ls_prints_them() {
        assert_eq!(Kind::File { size: 0 }.with_mode(0o644), "-rw-r--r--");
        assert_eq!(Kind::Fifo.with_mode(0), "p---------");
        assert_eq!(Kind::Char { major: 1, minor: 3 }.with_mode(0o666), "crw-rw-rw-");
        assert_eq!(Kind::Directory.with_mode(0o7000), "d--S--S--T");
    }
}
