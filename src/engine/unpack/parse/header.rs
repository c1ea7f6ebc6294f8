//! The 512 bytes before each entry (POSIX pax, "ustar Interchange Format"; GNU tar, "Basic Tar Format").

/// Why a header cannot be read.
pub type Wrong = &'static str;

/// Bytes of a header, and what contents are rounded up to.
pub const BLOCK: usize = 512;

/// One header, whose checksum is right.
pub struct Header(Box<[u8; BLOCK]>);

/// Which program's idea of a header it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    V7,
    Ustar,
    Star,
    Gnu,
}

impl Header {
    /// Checks the sum. Old programs added the bytes as signed numbers.
    pub fn new(block: Box<[u8; BLOCK]>) -> Result<Self, Wrong> {
        let without = |i: usize, byte: u8| if (148..156).contains(&i) { b' ' } else { byte };
        let bytes = block.iter().enumerate().map(|(i, byte)| without(i, *byte));
        let (unsigned, signed) = bytes.fold((0i64, 0i64), |(unsigned, signed), byte| {
            (unsigned + i64::from(byte), signed + i64::from(byte.cast_signed()))
        });
        let said = octal(&block[148..156])?;
        if said == unsigned || said == signed { Ok(Self(block)) } else { Err("the checksum of a header is wrong") }
    }

    fn format(&self) -> Format {
        match (&self.0[257..263], &self.0[263..265], &self.0[508..512]) {
            (b"ustar\0", _, b"tar\0") => Format::Star,
            (b"ustar\0", ..) => Format::Ustar,
            (b"ustar ", b" \0", _) => Format::Gnu,
            _ => Format::V7,
        }
    }

    /// What the entry is: `0` for a file, `5` for a directory, ….
    pub fn flag(&self) -> u8 {
        self.0[156]
    }

    /// The path, as far as this header holds it.
    pub fn path(&self) -> Vec<u8> {
        let name = until_zero(&self.0[..100]);
        let prefix = match self.format() {
            Format::Ustar => until_zero(&self.0[345..500]),
            Format::Star => until_zero(&self.0[345..476]),
            Format::V7 | Format::Gnu => b"",
        };
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    /// The target of a link, as far as this header holds it.
    pub fn link(&self) -> &[u8] {
        until_zero(&self.0[157..257])
    }

    pub fn mode(&self) -> Result<i64, Wrong> {
        number(&self.0[100..108])
    }

    pub fn uid(&self) -> Result<i64, Wrong> {
        number(&self.0[108..116])
    }

    pub fn gid(&self) -> Result<i64, Wrong> {
        number(&self.0[116..124])
    }

    pub fn size(&self) -> Result<i64, Wrong> {
        number(&self.0[124..136])
    }

    pub fn mtime(&self) -> Result<i64, Wrong> {
        number(&self.0[136..148])
    }

    /// Major and minor number of a device.
    pub fn device(&self) -> Result<(u32, u32), Wrong> {
        if self.format() == Format::V7 {
            return Ok((0, 0));
        }
        let part = |field: &[u8]| u32::try_from(number(field)?).or(Err("a device number that no device has"));
        Ok((part(&self.0[329..337])?, part(&self.0[337..345])?))
    }

    /// The map of holes of an old GNU sparse file, as far as this header holds it: the size with holes, pairs of offset and
    /// length, and whether more of the map follows.
    pub fn gnu_sparse(&self) -> Result<(i64, &[u8], bool), Wrong> {
        if self.format() != Format::Gnu {
            return Err("a sparse file of GNU's in a tar that is not GNU's");
        }
        Ok((number(&self.0[483..495])?, &self.0[386..482], self.0[482] != 0))
    }
}

/// A number: octal digits, or GNU's two's complement when the first bit is set.
pub fn number(field: &[u8]) -> Result<i64, Wrong> {
    let Some(first) = field.first().filter(|first| **first & 0x80 != 0) else { return octal(field) };
    let invert = if first & 0x40 != 0 { 0xff } else { 0 };
    let mut value: u64 = 0;
    for (i, byte) in field.iter().enumerate() {
        let byte = (byte ^ invert) & if i == 0 { 0x7f } else { 0xff };
        if value >> 55 != 0 {
            return Err("a number that is too large");
        }
        value = value << 8 | u64::from(byte);
    }
    let value = value.cast_signed();
    Ok(if invert == 0 { value } else { !value })
}

fn octal(field: &[u8]) -> Result<i64, Wrong> {
    let blank = |b: &u8| matches!(b, b' ' | 0);
    let start = field.iter().position(|b| !blank(b)).unwrap_or(field.len());
    let digits = until_zero(&field[start..]);
    let digits = &digits[..digits.iter().rposition(|b| !blank(b)).map_or(0, |last| last + 1)];
    digits.iter().try_fold(0i64, |value, digit| match digit {
        b'0'..=b'7' => {
            value.checked_mul(8).map(|value| value + i64::from(digit - b'0')).ok_or("a number that is too large")
        }
        _ => Err("a number that is none"),
    })
}

/// The bytes before the first zero.
pub fn until_zero(field: &[u8]) -> &[u8] {
    field.split(|b| *b == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_in_base_256() {
        for (field, value) in [
            (&b"0000644\0"[..], Ok(0o644)),
            (b"   644 \0", Ok(0o644)),
            (b"\0\0\0\0\0\0\0\0", Ok(0)),
            (b"77777777777 ", Ok(0o77_777_777_777)),
            (b"\x80\0\0\0\0\0\0\x01\0\0\0\0", Ok(1 << 32)),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff", Ok(-1)),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", Ok(-2)),
            (b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", Ok(i64::MAX)),
            (b"\x80\0\0\0\x80\0\0\0\0\0\0\0", Err("a number that is too large")),
            (b"\x90\0\0\0\0\0\0\0\0\0\0\0", Err("a number that is too large")),
            (b"0000648\0", Err("a number that is none")),
            (b"-000001\0", Err("a number that is none")),
        ] {
            assert_eq!(number(field), value, "{field:?}");
        }
    }
}
