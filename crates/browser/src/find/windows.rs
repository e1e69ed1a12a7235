//! Windows: what the installers registered under App Paths, then the folders for programs.

use std::env;
use std::path::PathBuf;

use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

use super::{CHROME, CHROMIUM, EDGE, Installed};

const REGISTERED: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths";

/// Name, program, and its place below a folder for programs. Edge is part of the system, so it comes first.
const BROWSERS: [(&str, &str, &str); 3] = [
    (EDGE, "msedge.exe", r"Microsoft\Edge\Application"),
    (CHROME, "chrome.exe", r"Google\Chrome\Application"),
    (CHROMIUM, "chrome.exe", r"Chromium\Application"),
];

pub(super) fn find() -> Option<Installed> {
    BROWSERS.iter().find_map(|(name, program, place)| {
        registered(program)
            .into_iter()
            .chain(below(place, program))
            .find(|path| path.is_file())
            .map(|path| Installed::at(name, path))
    })
}

/// For all users before for this one: the first is an administrator's word.
fn registered(program: &str) -> Vec<PathBuf> {
    let roots: [&Key; 2] = [LOCAL_MACHINE, CURRENT_USER];
    roots
        .iter()
        .filter_map(|root| {
            let key = root.open(format!(r"{REGISTERED}\{program}")).ok()?;
            // The unnamed value is the path.
            let path = key.get_string("").ok()?;
            Some(PathBuf::from(path.trim_matches('"')))
        })
        .filter(|path| path.is_absolute())
        .collect()
}

fn below(place: &str, program: &str) -> Vec<PathBuf> {
    ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"]
        .iter()
        .filter_map(env::var_os)
        .map(|folder| PathBuf::from(folder).join(place).join(program))
        .collect()
}
