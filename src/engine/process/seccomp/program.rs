//! Rules as a program of the kernel's filter machine (seccomp(2), bpf of `struct seccomp_data`).
//!
//! ```text
//! other architecture? ─▶ kill     call of a later kernel than the profile knows? ─▶ ENOSYS
//! calls with a rule without conditions: number ─▶ action      others: number ─▶ condition, condition … ─▶ action     rest ─▶ otherwise
//! ```
//!
//! As with libseccomp what is said without conditions counts for more than what is said with some. Does not know profiles.

use libc::sock_filter;

/// Instructions that the kernel takes (`BPF_MAXINSNS`).
pub const LONGEST: usize = 4096;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const GREATER: u16 = (libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K) as u16;
const AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JA) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

/// Places in `struct seccomp_data`: the call's number, the architecture, the arguments.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const ARGUMENTS: u32 = 16;

/// `AUDIT_ARCH_X86_64`, `AUDIT_ARCH_AARCH64`
#[cfg(target_arch = "x86_64")]
const NATIVE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const NATIVE: u32 = 0xc000_00b7;
/// Calls of the x32 ABI have this bit (`__X32_SYSCALL_BIT`).
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

/// What the kernel is told (`SECCOMP_RET_…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action(pub u32);

/// How an argument is compared, as 64 bits without a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    NotEqual,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
    /// The bits of this mask are those of the value.
    MaskedEqual(u64),
}

/// What one argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Which: 0 to 5.
    pub index: u8,
    pub comparison: Comparison,
    pub value: u64,
}

/// What is done with a call whose arguments are so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub number: u32,
    pub conditions: Vec<Condition>,
    pub action: Action,
}

/// A profile that is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub rules: Vec<Rule>,
    /// What is done with all other calls.
    pub otherwise: Action,
    /// The latest call that the profile knows. What is later is as if the kernel did not have it, for who wrote the profile could not
    /// say anything of it (runc `patchbpf`).
    pub known: u32,
}

/// The program; none where it is longer than the kernel takes.
pub fn assemble(rules: &Rules) -> Option<Vec<sock_filter>> {
    let mut program = vec![load(ARCH), jump(EQUAL, NATIVE, 1, 0), give(Action(libc::SECCOMP_RET_KILL_THREAD))];
    program.push(load(NUMBER));
    #[cfg(target_arch = "x86_64")]
    program.extend([jump(AT_LEAST, X32, 0, 1), give(Action(libc::SECCOMP_RET_KILL_THREAD))]);
    let enosys = Action(libc::SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned());
    // Who lets all pass or only watches is to see later calls, too.
    let otherwise = rules.otherwise.0 & libc::SECCOMP_RET_ACTION_FULL;
    let passes = [libc::SECCOMP_RET_ALLOW, libc::SECCOMP_RET_LOG, libc::SECCOMP_RET_TRACE].contains(&otherwise);
    if !passes && rules.otherwise != enosys {
        program.extend([jump(GREATER, rules.known, 0, 1), give(enosys)]);
    }
    let (with, without): (Vec<_>, Vec<_>) = rules.rules.iter().partition(|rule| !rule.conditions.is_empty());
    for rule in without {
        program.extend([jump(EQUAL, rule.number, 0, 1), give(rule.action)]);
    }
    for rule in with {
        program.extend(conditional(rule));
    }
    program.push(give(rules.otherwise));
    (program.len() <= LONGEST).then_some(program)
}

/// Begins and ends with the number in the accumulator.
fn conditional(rule: &Rule) -> Vec<sock_filter> {
    let mut checks: Vec<Vec<Step>> = rule.conditions.iter().map(steps).collect();
    // What fails goes to the load behind the action, which needs no number where the number was another.
    let length: usize = checks.iter().map(Vec::len).sum();
    let (mut at, mut body) = (0, Vec::with_capacity(length + 2));
    for check in &mut checks {
        let end = at + check.len();
        for (place, step) in check.iter().enumerate() {
            let here = at + place + 1;
            let to = |target: Target| match target {
                Target::Next => 0,
                Target::Holds => end - here,
                Target::Fails => length + 1 - here,
            };
            let [yes, no] = [step.yes, step.no].map(|target| u8::try_from(to(target)).unwrap_or(u8::MAX));
            body.push(sock_filter { code: step.code, jt: yes, jf: no, k: step.value });
        }
        at = end;
    }
    body.push(give(rule.action));
    body.push(load(NUMBER));
    let past = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let head = [jump(EQUAL, rule.number, 1, 0), sock_filter { code: JUMP, jt: 0, jf: 0, k: past }];
    head.into_iter().chain(body).collect()
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Next,
    /// The condition holds.
    Holds,
    /// The rule does not.
    Fails,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    code: u16,
    value: u32,
    yes: Target,
    no: Target,
}

/// First the upper half is compared, then the lower.
fn steps(condition: &Condition) -> Vec<Step> {
    use Target::{Fails, Holds, Next};
    let Condition { index, comparison, value } = *condition;
    let (low, high) = ((value & 0xffff_ffff) as u32, (value >> 32) as u32);
    let place = ARGUMENTS + 8 * u32::from(index);
    let step = |code, value, yes, no| Step { code, value, yes, no };
    let [low_half, high_half] = [place, place + 4].map(|place| step(LOAD, place, Next, Next));
    match comparison {
        Comparison::Equal => vec![high_half, step(EQUAL, high, Next, Fails), low_half, step(EQUAL, low, Holds, Fails)],
        Comparison::NotEqual => {
            vec![high_half, step(EQUAL, high, Next, Holds), low_half, step(EQUAL, low, Fails, Holds)]
        }
        Comparison::Greater | Comparison::GreaterOrEqual => {
            let last = if comparison == Comparison::Greater { GREATER } else { AT_LEAST };
            let above = step(GREATER, high, Holds, Next);
            vec![high_half, above, step(EQUAL, high, Next, Fails), low_half, step(last, low, Holds, Fails)]
        }
        Comparison::Less | Comparison::LessOrEqual => {
            let last = if comparison == Comparison::Less { AT_LEAST } else { GREATER };
            let above = step(GREATER, high, Fails, Next);
            vec![high_half, above, step(EQUAL, high, Next, Holds), low_half, step(last, low, Fails, Holds)]
        }
        Comparison::MaskedEqual(mask) => {
            let (low_mask, high_mask) = ((mask & 0xffff_ffff) as u32, (mask >> 32) as u32);
            let masked = |mask| step(AND, mask, Next, Next);
            vec![
                high_half,
                masked(high_mask),
                step(EQUAL, high, Next, Fails),
                low_half,
                masked(low_mask),
                step(EQUAL, low, Holds, Fails),
            ]
        }
    }
}

fn load(place: u32) -> sock_filter {
    sock_filter { code: LOAD, jt: 0, jf: 0, k: place }
}

fn jump(code: u16, value: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code, jt, jf, k: value }
}

fn give(action: Action) -> sock_filter {
    sock_filter { code: RETURN, jt: 0, jf: 0, k: action.0 }
}
