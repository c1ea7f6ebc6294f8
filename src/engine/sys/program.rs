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
    /// What an earlier call of the program returned.
    ResultOf(usize),
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

/// System calls in order, with all the memory that they point at. Filling it allocates; running it does not.
#[derive(Debug, Default)]
pub struct Program {
    pub(super) calls: Vec<Raw>,
    /// Owns what the addresses in `calls` point at. Only kept, never looked at.
    memory: Vec<Memory>,
}

/// One call in the interpreter's form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw {
    pub number: libc::c_long,
    pub args: [Word; 6],
    /// Bit `e` set: error number `e` (below 64) does not end the program.
    pub tolerated: u64,
    /// Wait for a go byte before it, even when nobody steps.
    pub hold: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Word {
    Value(usize),
    ResultOf(usize),
}

#[derive(Debug)]
#[expect(dead_code, reason = "owners of memory that addresses point at")]
enum Memory {
    Text(CString),
    Words(Box<[u32]>),
    Texts(Arc<Vec<CString>>, Box<[usize]>),
    Filter(Arc<Vec<libc::sock_filter>>, Box<FilterHead>),
}

/// `struct sock_fprog` with its pointer as a number, so that a program can go to another thread.
#[repr(C)]
#[derive(Debug)]
struct FilterHead {
    length: u16,
    address: usize,
}

impl Program {
    /// Appends a call and returns its index. At most six operands count.
    pub fn push(&mut self, number: libc::c_long, operands: Vec<Operand>, tolerated: &[i32], hold: bool) -> usize {
        let mut args = [Word::Value(0); 6];
        for (arg, operand) in args.iter_mut().zip(operands) {
            *arg = self.place(operand);
        }
        let tolerated = tolerated.iter().filter(|e| (0..64).contains(*e)).fold(0, |bits, e| bits | 1 << e);
        self.calls.push(Raw { number, args, tolerated, hold });
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

    fn place(&mut self, operand: Operand) -> Word {
        let (memory, address) = match operand {
            Operand::Int(number) => return Word::Value(number.cast_unsigned() as usize),
            Operand::ResultOf(call) => return Word::ResultOf(call),
            Operand::Text(text) => {
                let address = text.as_ptr() as usize;
                (Memory::Text(text), address)
            }
            Operand::Words(words) => {
                let words = words.into_boxed_slice();
                let address = words.as_ptr() as usize;
                (Memory::Words(words), address)
            }
            Operand::Texts(texts) => {
                let pointers: Box<[usize]> = texts.iter().map(|text| text.as_ptr() as usize).chain([0]).collect();
                let address = pointers.as_ptr() as usize;
                (Memory::Texts(texts, pointers), address)
            }
            Operand::Filter(filter) => {
                let length = u16::try_from(filter.len()).unwrap_or(u16::MAX);
                let head = Box::new(FilterHead { length, address: filter.as_ptr() as usize });
                let address = std::ptr::from_ref(&*head) as usize;
                (Memory::Filter(filter, head), address)
            }
        };
        self.memory.push(memory);
        Word::Value(address)
    }
}
