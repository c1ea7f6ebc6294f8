use super::helper::{self, Header};
use std::ffi::CString;
use std::sync::Arc;

/// An argument of a prepared system call.
#[derive(Debug, Clone)]
pub enum Operand {
    /// A number.
    Int(i64),
    /// A string.
    Text(CString),
    /// A structure, as 32-bit words in memory order.
    Words(Vec<u32>),
    /// Strings and a null pointer, as `execve` wants them.
    Texts(Arc<Vec<CString>>),
    /// A seccomp filter, as `struct sock_fprog`.
    Filter(Arc<Vec<libc::sock_filter>>),
    /// What an earlier call of the program returned. When that failed, the call is not made.
    ResultOf(usize),
    /// As many bytes for the kernel to write an answer into. At most one in a call.
    Answer(usize),
}

impl From<&str> for Operand {
    /// Text up to its first NUL, which no path, name or option can contain.
    fn from(text: &str) -> Self {
        let bytes: Vec<u8> = text.bytes().take_while(|byte| *byte != 0).collect();
        Self::Text(CString::new(bytes).unwrap_or_default())
    }
}

impl From<i64> for Operand {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

/// What a call's answer must be for the program to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expect {
    /// Where in the answer the word stands that is looked at, in bytes.
    pub at: usize,
    /// The bits of it that count.
    pub mask: u64,
    /// What they are compared with.
    pub word: u64,
    /// They must be that; or anything else.
    pub equal: bool,
}

/// How a call is made.
#[derive(Debug, Clone, Default)]
pub struct How {
    /// Errors, by number, that do not end the program. Below 64.
    pub tolerated: Vec<i32>,
    /// Wait for a go byte before it, even when nobody steps.
    pub hold: bool,
    /// It forks, and the kernel stores a pidfd of the child in its [`Operand::Answer`]: the child goes on, the parent ends.
    pub fork: bool,
    /// It is made only when that call succeeded.
    pub requires: Option<usize>,
    /// What its [`Operand::Answer`] must be.
    pub expect: Option<Expect>,
    /// An answer that is not as expected does not end the program.
    pub either: bool,
}

/// System calls in order, with all that they point at, in the form that the helper reads: see `helper/format.rs`.
#[derive(Debug, Default)]
pub struct Program {
    calls: Vec<helper::Call>,
    places: Vec<u64>,
    data: Vec<u8>,
}

impl Program {
    /// Appends a call and returns its index. At most six operands count.
    pub fn push(&mut self, number: libc::c_long, operands: Vec<Operand>, how: &How) -> usize {
        let mut call = helper::Call {
            number,
            kinds: 0,
            args: [0; 6],
            tolerated: how.tolerated.iter().filter(|e| (0..64).contains(*e)).fold(0, |bits, e| bits | 1 << e),
            flags: if how.hold { helper::HOLD } else { 0 } | if how.fork { helper::FORK } else { 0 },
            requires: how.requires.map_or(0, |call| call as u64 + 1),
            at: 0,
            mask: 0,
            wanted: 0,
            result: 0,
            well: 0,
        };
        for (n, operand) in operands.into_iter().take(call.args.len()).enumerate() {
            let answer = matches!(operand, Operand::Answer(_));
            let (kind, arg) = self.place(operand);
            call.kinds |= kind << (2 * n);
            if let Some(slot) = call.args.get_mut(n) {
                *slot = arg;
            }
            if answer && how.fork {
                call.at = arg;
            }
            if let Some(expect) = how.expect.filter(|_| answer) {
                call.flags |= if expect.equal { helper::EQUAL } else { helper::DIFFERENT };
                call.flags |= if how.either { helper::EITHER } else { 0 };
                (call.at, call.mask, call.wanted) = (arg + expect.at as u64, expect.mask, expect.word);
            }
        }
        self.calls.push(call);
        self.calls.len() - 1
    }

    /// How many calls it has.
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// True without any call.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The calls that must have succeeded for a call to be made.
    pub fn needs(&self, index: usize) -> impl Iterator<Item = usize> {
        let call = self.calls.get(index).copied();
        let results = call.into_iter().flat_map(|call| {
            let kind = move |n: usize| call.kinds >> (2 * n) & 3;
            call.args.into_iter().enumerate().filter(move |(n, _)| kind(*n) == helper::RESULT).map(|(_, arg)| arg)
        });
        let required = call.and_then(|call| call.requires.checked_sub(1));
        results.chain(required).filter_map(|call| usize::try_from(call).ok())
    }

    /// The bytes that the helper maps. With `every` it waits for a go byte before each call.
    pub fn bytes(&self, every: bool) -> Vec<u8> {
        let (calls, places, data) = (self.calls.len() as u64, self.places.len() as u64, self.data.len() as u64);
        let header = Header { magic: helper::MAGIC, calls, places, data, every: every.into() };
        let mut bytes = Vec::with_capacity(size_of::<Header>() + size_of_val(self.calls.as_slice()) + self.data.len());
        let mut words = |words: &[u64]| words.iter().for_each(|word| bytes.extend_from_slice(&word.to_ne_bytes()));
        words(&[header.magic, header.calls, header.places, header.data, header.every]);
        for call in &self.calls {
            words(&[call.number.cast_unsigned(), call.kinds]);
            words(&call.args);
            words(&[call.tolerated, call.flags, call.requires, call.at, call.mask, call.wanted, 0, 0]);
        }
        words(&self.places);
        bytes.extend_from_slice(&self.data);
        bytes
    }

    fn place(&mut self, operand: Operand) -> (u64, u64) {
        match operand {
            Operand::Int(number) => (helper::VALUE, number.cast_unsigned()),
            Operand::ResultOf(call) => (helper::RESULT, call as u64),
            Operand::Text(text) => (helper::DATA, self.append(text.as_bytes_with_nul())),
            Operand::Words(words) => {
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
                (helper::DATA, self.append(&bytes))
            }
            Operand::Answer(size) => (helper::DATA, self.append(&vec![0; size])),
            Operand::Texts(texts) => {
                let strings: Vec<u64> = texts.iter().map(|text| self.append(text.as_bytes_with_nul())).collect();
                let array: Vec<u8> = strings.iter().chain([&0]).flat_map(|word| word.to_ne_bytes()).collect();
                let at = self.append(&array);
                self.places.extend((0..strings.len() as u64).map(|n| at + 8 * n));
                (helper::DATA, at)
            }
            Operand::Filter(filter) => {
                let instruction = |i: &libc::sock_filter| {
                    let [a, b] = i.code.to_ne_bytes();
                    let [e, f, g, h] = i.k.to_ne_bytes();
                    [a, b, i.jt, i.jf, e, f, g, h]
                };
                let bytes: Vec<u8> = filter.iter().flat_map(instruction).collect();
                let instructions = self.append(&bytes);
                // struct sock_fprog: the length in the first two bytes, the address in the second word.
                let mut head = [0; 16];
                let length = u16::try_from(filter.len()).unwrap_or(u16::MAX).to_ne_bytes();
                head[..2].copy_from_slice(&length);
                head[8..].copy_from_slice(&instructions.to_ne_bytes());
                let at = self.append(&head);
                self.places.push(at + 8);
                (helper::DATA, at)
            }
        }
    }

    /// Appends to the data, aligned for any structure. The offset.
    fn append(&mut self, bytes: &[u8]) -> u64 {
        self.data.resize(self.data.len().next_multiple_of(8), 0);
        let at = self.data.len() as u64;
        self.data.extend_from_slice(bytes);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_an_array_are_found_by_their_places() {
        let mut program = Program::default();
        let texts = Arc::new(vec![CString::from(c"sh"), CString::from(c"-c")]);
        program.push(59, vec![Operand::from("/bin/sh"), Operand::Texts(texts)], &How::default());
        let word = |at: u64| {
            let at = usize::try_from(at).unwrap();
            u64::from_ne_bytes(program.data[at..at + 8].try_into().unwrap())
        };
        let text = |at: u64| {
            let bytes = &program.data[usize::try_from(at).unwrap()..];
            std::ffi::CStr::from_bytes_until_nul(bytes).unwrap().to_str().unwrap()
        };
        assert_eq!(program.places.iter().map(|place| text(word(*place))).collect::<Vec<_>>(), ["sh", "-c"]);
        assert_eq!(word(program.places[1] + 8), 0, "a null pointer ends the array");
        assert_eq!(text(program.calls[0].args[0]), "/bin/sh");
        assert_eq!(program.calls[0].kinds, helper::DATA | helper::DATA << 2);
    }

    #[test]
    fn what_is_expected_of_an_answer_is_found_within_it() {
        let mut program = Program::default();
        let expect = Expect { at: 16, mask: u64::MAX, word: 7, equal: false };
        let how = How { expect: Some(expect), either: true, ..How::default() };
        program.push(1, vec![Operand::from("x"), Operand::Int(3), Operand::Answer(32)], &how);
        let call = program.calls[0];
        assert_eq!((call.at, call.args[1]), (call.args[2] + 16, 3));
        assert_eq!(call.flags, helper::DIFFERENT | helper::EITHER);
        assert!(program.data.len() as u64 >= call.args[2] + 32);
    }
}
