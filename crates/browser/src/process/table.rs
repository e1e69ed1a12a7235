//! The process table, as far as it concerns the browser.

use std::path::Path;

/// One process that has not ended.
pub(super) struct Entry {
    pub(super) process: i32,
    pub(super) group: i32,
    /// The command line; how its parts are separated differs.
    command: String,
}

impl Entry {
    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn of_browser(process: i32, folder: &Path) -> Self {
        let command = format!("chromium\0--user-data-dir={}/profile\0", folder.display());
        Self {
            process,
            group: process,
            command,
        }
    }

    /// Whether this is a process of the browser whose data lie below the folder.
    pub(super) fn works_in(&self, folder: &Path) -> bool {
        let folder = folder.to_string_lossy();
        // The browser and its helpers; the crash handlers.
        ["--user-data-dir=", "--database="]
            .iter()
            .any(|option| self.command.contains(&format!("{option}{folder}/")))
    }
}

/// All processes that can be seen. Ended ones that nobody has collected yet do not count.
#[cfg(not(target_os = "macos"))]
pub(super) fn read() -> Vec<Entry> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| of(entry.file_name().to_str()?.parse().ok()?))
        .collect()
}

/// One process, if it has not ended.
#[cfg(not(target_os = "macos"))]
pub(super) fn of(process: i32) -> Option<Entry> {
    let place = Path::new("/proc").join(process.to_string());
    let stat = std::fs::read(place.join("stat")).ok()?;
    let group = group_of_living(&String::from_utf8_lossy(&stat))?;
    let command = std::fs::read(place.join("cmdline")).unwrap_or_default();
    Some(Entry {
        process,
        group,
        command: String::from_utf8_lossy(&command).into_owned(),
    })
}

/// Reads one `/proc/PID/stat` line: `PID (name) state parent group …`, where the name may itself hold brackets.
#[cfg(not(target_os = "macos"))]
fn group_of_living(stat: &str) -> Option<i32> {
    let (_, tail) = stat.rsplit_once(") ")?;
    let mut fields = tail.split(' ');
    let state = fields.next()?;
    let group = fields.nth(1)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(group)
}

/// All processes, by way of `ps`: the table itself takes calls that are not safe.
#[cfg(target_os = "macos")]
pub(super) fn read() -> Vec<Entry> {
    let listed = std::process::Command::new("/bin/ps")
        .args(["-axww", "-o", "pid=,pgid=,stat=,command="])
        .output();
    match listed {
        Ok(output) => String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(entry)
            .collect(),
        Err(error) => {
            tracing::warn!(%error, "the process table cannot be read");
            Vec::new()
        }
    }
}

/// Reads one line of `ps`: process, group, state, command.
#[cfg(target_os = "macos")]
fn entry(line: &str) -> Option<Entry> {
    let (process, rest) = line.trim_start().split_once(' ')?;
    let (group, rest) = rest.trim_start().split_once(' ')?;
    let (state, command) = rest.trim_start().split_once(' ')?;
    (!state.starts_with('Z')).then_some(Entry {
        process: process.parse().ok()?,
        group: group.parse().ok()?,
        command: command.to_owned(),
    })
}

#[cfg(all(test, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn the_group_of_a_living_process_is_read() {
        assert_eq!(group_of_living("41 (chromium) S 7 40 40 0 -1"), Some(40));
        assert_eq!(group_of_living("41 (a) b (c) R 7 40 40 0"), Some(40));
    }

    #[test]
    fn an_ended_process_does_not_count() {
        assert_eq!(group_of_living("41 (chromium) Z 7 40 40 0 -1"), None);
        assert_eq!(group_of_living("nonsense"), None);
    }

    #[test]
    fn only_a_process_whose_data_lie_below_the_folder_works_in_it() {
        let folder = Path::new("/home/a/browser/f00d");
        let works = |command: &str| {
            let command = command.to_owned();
            Entry {
                process: 41,
                group: 41,
                command,
            }
            .works_in(folder)
        };
        assert!(works(
            "chromium\0--user-data-dir=/home/a/browser/f00d/profile\0"
        ));
        assert!(works("handler\0--database=/home/a/browser/f00d/crashes\0"));
        assert!(!works(
            "chromium\0--user-data-dir=/home/a/browser/f00d2/profile\0"
        ));
        assert!(!works("ls\0/home/a/browser/f00d/profile\0"));
    }

    #[test]
    fn this_process_is_in_the_table() {
        assert!(
            read()
                .iter()
                .any(|entry| u32::try_from(entry.process) == Ok(std::process::id()))
        );
    }
}
