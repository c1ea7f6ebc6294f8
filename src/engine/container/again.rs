//! Restart policies: whether a container that has ended is started again, and when (moby `restartmanager/restartmanager.go`).
//!
//! ```text
//! ended ─▶ wanted? ─no──▶ Exited
//!            └─yes─▶ Restarting ─▶ waits 100 ms, 200 ms, 400 ms … a minute ─▶ start      stop, rm -f: it is not started again
//! ```

use crate::docker::RestartPolicy;
use std::time::Duration;

/// How long the first wait is; each one after it is twice as long …
const FIRST: Duration = Duration::from_millis(100);
/// … up to this.
const LONGEST: Duration = Duration::from_secs(60);
/// A run that was as long as this was none that failed at once: the next wait is the first again.
const LONG_RUN: Duration = Duration::from_secs(10);

/// What is remembered of the runs of a container.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Again {
    /// How often it was started again since somebody started it.
    pub count: u64,
    /// The last wait.
    pub wait: Duration,
    /// Somebody asked it to end.
    pub called_off: bool,
    /// Somebody asked it to end, or sent it a signal, and not for the engine's own end.
    pub by_hand: bool,
}

impl Again {
    /// How long to wait before the next start; none when there is to be none.
    pub fn next(&mut self, policy: &RestartPolicy, status: i32, ran: Duration) -> Option<Duration> {
        if self.called_off {
            return None;
        }
        let most = u64::try_from(policy.maximum_retry_count).unwrap_or(0);
        let wanted = match policy.name.as_str() {
            "always" | "unless-stopped" => true,
            "on-failure" => status != 0 && (most == 0 || self.count < most),
            _ => false,
        };
        if !wanted {
            return None;
        }
        self.wait = match self.wait {
            wait if wait.is_zero() || ran >= LONG_RUN => FIRST,
            wait => (wait * 2).min(LONGEST),
        };
        self.count += 1;
        Some(self.wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str, count: i64) -> RestartPolicy {
        RestartPolicy { name: name.to_owned(), maximum_retry_count: count }
    }

    #[test]
    fn waits_double_until_a_run_was_long() {
        let (always, mut again) = (policy("always", 0), Again::default());
        let mut next = |ran| again.next(&always, 0, Duration::from_secs(ran)).unwrap().as_millis();
        assert_eq!([next(0), next(1), next(9), next(10), next(0)], [100, 200, 400, 100, 200]);
        for _ in 0..20 {
            next(0);
        }
        assert_eq!(next(0), 60_000);
        assert_eq!(again.count, 26);
    }

    #[test]
    fn a_policy_says_after_which_ends() {
        for (policy, status, starts) in [
            (policy("no", 0), 1, 0),
            (policy("", 0), 1, 0),
            (policy("always", 0), 0, 5),
            (policy("unless-stopped", 0), 3, 5),
            (policy("on-failure", 0), 0, 0),
            (policy("on-failure", 0), 137, 5),
            (policy("on-failure", 2), 1, 2),
        ] {
            let mut again = Again::default();
            let starts_of_five = (0..5).filter(|_| again.next(&policy, status, Duration::ZERO).is_some()).count();
            assert_eq!(starts_of_five, starts, "{policy:?} {status}");
            again.called_off = true;
            assert_eq!(again.next(&policy, status, Duration::ZERO), None);
        }
    }
}
