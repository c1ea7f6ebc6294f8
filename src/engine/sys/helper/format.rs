//! What the engine and the helper that it starts say to each other: the program, and the records. Used by both, so it names
//! nothing but `core`.
//!
//! ```text
//! Header │ Call × header.calls │ place × header.places │ data
//! ```
//!
//! All in 64-bit words of this machine. A `place` is an offset in the data where an offset in the data stands; the helper
//! adds the data's address to it, so that arrays of strings point at their strings.

/// The first word of a program.
pub const MAGIC: u64 = 0x646f_636b_7761_6c6b;

/// Where the helper finds go bytes.
pub const GO: i32 = 3;
/// Where it writes records.
pub const RECORDS: i32 = 4;
/// Where it finds its program.
pub const PROGRAM: i32 = 5;
/// From here on there is nothing but what is the program's own: the helper closes its program once it has read it.
pub const OWN: i32 = PROGRAM;
/// The first of the descriptors that its calls name by number.
pub const FIRST: i32 = 6;

/// The beginning of a program.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// [`MAGIC`]
    pub magic: u64,
    /// How many calls.
    pub calls: u64,
    /// How many places.
    pub places: u64,
    /// Bytes of data.
    pub data: u64,
    /// Not 0: wait for a go byte before every call.
    pub every: u64,
}

/// One call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// The system call's number.
    pub number: i64,
    /// Two bits for each argument: [`VALUE`], [`DATA`], [`RESULT`].
    pub kinds: u64,
    /// Values, offsets in the data, or numbers of earlier calls.
    pub args: [u64; 6],
    /// Bit `e` set: error number `e` (below 64) does not end the program.
    pub tolerated: u64,
    /// `HOLD`, `FORK`, …
    pub flags: u64,
    /// 1 + the number of a call that must have succeeded, or 0. Otherwise this one is not made.
    pub requires: u64,
    /// Offset in the data of the word that is looked at after the call.
    pub at: u64,
    /// The bits of it that count.
    pub mask: u64,
    /// What they are compared with.
    pub wanted: u64,
    /// The helper's own: what it returned.
    pub result: i64,
    /// The helper's own: 1 when it was made and succeeded.
    pub well: u64,
}

/// The argument is a number.
pub const VALUE: u64 = 0;
/// The argument is the address of an offset in the data.
pub const DATA: u64 = 1;
/// The argument is what an earlier call returned. When that failed, this call is not made.
pub const RESULT: u64 = 2;

/// Wait for a go byte before the call, even when nobody steps.
pub const HOLD: u64 = 1;
/// The call forks: the parent sends its record with a pidfd of the child, which the kernel stored in the word at `at`, and
/// ends; the child goes on with the program, and tells nothing of this call.
pub const FORK: u64 = 2;
/// After it the word must be what is wanted.
pub const EQUAL: u64 = 4;
/// After it the word must be anything else.
pub const DIFFERENT: u64 = 8;
/// An answer that is not as wanted does not end the program.
pub const EITHER: u64 = 16;

/// What came of one call.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Which call of the program.
    pub index: u32,
    /// The error number; 0 when it went well; [`REFUSED`] or [`NOT_MADE`].
    pub errno: i32,
    /// What it returned.
    pub value: i64,
    /// Nanoseconds in the kernel.
    pub nanos: u64,
    /// The word that was looked at.
    pub found: u64,
}

/// The call succeeded, and its answer is not what was wanted.
pub const REFUSED: i32 = -1;
/// What the call needs did not succeed.
pub const NOT_MADE: i32 = -2;
/// The index of a record that tells that the helper could not be executed.
pub const NO_HELPER: u32 = u32::MAX;
