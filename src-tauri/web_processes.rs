//! Whose the web engine's processes are.
//!
//! WebKitGTK starts them as our children and tells nobody for which window. All are started on the thread that owns the
//! windows, so whatever appears there while our own pages begin anew is theirs, and no ephemeral window's.
//! A process is known by its number and the moment of its start: numbers are used again.

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WebProcess {
    pub(crate) pid: u32,
    /// In clock ticks since the computer started.
    started: u64,
}

/// Those that our own pages began anew in.
static OURS: Mutex<BTreeSet<WebProcess>> = Mutex::new(BTreeSet::new());

/// The web engine's processes among our children; ended ones that nobody has collected yet do not count.
pub(crate) fn running() -> BTreeSet<WebProcess> {
    let us = std::process::id();
    let Ok(entries) = fs::read_dir("/proc") else {
        return BTreeSet::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            Some(WebProcess {
                pid,
                started: web_child(&stat, us)?,
            })
        })
        .collect()
}

/// Those that came since, and not with our own pages.
pub(crate) fn strangers_since(before: &BTreeSet<WebProcess>) -> BTreeSet<WebProcess> {
    // Looked for before it is asked which are ours: one that starts meanwhile is in neither set.
    let running = running();
    let known: BTreeSet<_> = before.union(&ours()).copied().collect();
    running.difference(&known).copied().collect()
}

/// Has our own pages begin in a process of theirs. To be called on the thread that owns the windows.
pub(crate) fn for_our_pages(begin: impl FnOnce()) {
    let before = running();
    begin();
    let after = running();
    let mut ours = ours();
    ours.retain(|process| after.contains(process));
    ours.extend(after.difference(&before));
}

fn ours() -> MutexGuard<'static, BTreeSet<WebProcess>> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When the web process that this `/proc/PID/stat` line describes was started, if it is this parent's:
/// `PID (name) state parent …`, where the name may itself hold brackets, and the start is the 22nd field.
fn web_child(stat: &str, parent: u32) -> Option<u64> {
    let (head, tail) = stat.rsplit_once(") ")?;
    let (_, name) = head.split_once(" (")?;
    let mut fields = tail.split_ascii_whitespace();
    let state = fields.next()?;
    let ppid: u32 = fields.next()?.parse().ok()?;
    let started = fields.nth(17)?.parse().ok()?;
    (name.starts_with("WebKit") && state != "Z" && ppid == parent).then_some(started)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields from the third on, as `proc(5)` numbers them.
    fn stat(name: &str, state: &str, parent: u32) -> String {
        let between = "0 ".repeat(17);
        format!("41 ({name}) {state} {parent} {between}4711 0 0\n")
    }

    #[test]
    fn a_web_process_of_ours_is_found_with_its_start() {
        let line = stat("WebKitWebProces", "S", 7);
        assert_eq!(web_child(&line, 7), Some(4711));
    }

    #[test]
    fn an_ended_or_foreign_process_is_not_ours() {
        for line in [
            stat("WebKitWebProces", "Z", 7),
            stat("WebKitWebProces", "S", 8),
            stat("bash", "S", 7),
            stat("a) S 7 (WebKit", "S", 9),
            String::new(),
        ] {
            assert_eq!(web_child(&line, 7), None, "{line}");
        }
    }
}
