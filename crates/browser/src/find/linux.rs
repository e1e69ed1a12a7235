//! Linux: where distributions and vendors install, then the search path.

use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{CHROME, CHROMIUM, EDGE, Installed};

const NAMES: [(&str, &str); 6] = [
    (CHROMIUM, "chromium"),
    (CHROMIUM, "chromium-browser"),
    (CHROME, "google-chrome-stable"),
    (CHROME, "google-chrome"),
    (EDGE, "microsoft-edge-stable"),
    (EDGE, "microsoft-edge"),
];

/// Folders that only an administrator writes to come before whatever the person's search path names.
const PLACES: [&str; 5] = [
    "/usr/bin",
    "/usr/local/bin",
    "/opt/google/chrome",
    "/opt/microsoft/msedge",
    "/opt/chromium",
];

/// How much of a launcher is read to see what it launches.
const LAUNCHER: u64 = 16 * 1024;

pub(super) fn find() -> Option<Installed> {
    let path = env::var_os("PATH").unwrap_or_default();
    let places: Vec<PathBuf> = PLACES
        .iter()
        .map(PathBuf::from)
        .chain(env::split_paths(&path).filter(|place| place.is_absolute()))
        .collect();
    search(&places)
}

fn search(places: &[PathBuf]) -> Option<Installed> {
    NAMES.iter().find_map(|(name, file)| {
        let candidates = places.iter().map(|place| place.join(file));
        candidates
            .filter(|path| is_program(path) && !is_boxed(path))
            .map(|path| Installed::at(name, path))
            .next()
    })
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// Whether the program, or the script in its place, runs a snap or a flatpak.
fn is_boxed(path: &Path) -> bool {
    let Ok(real) = fs::canonicalize(path) else {
        return true;
    };
    let place = real.to_string_lossy();
    if place.starts_with("/snap/") || place.ends_with("/snap") || place.contains("/flatpak/") {
        return true;
    }
    let mut start = Vec::new();
    let copied = File::open(&real).and_then(|file| file.take(LAUNCHER).read_to_end(&mut start));
    if copied.is_err() {
        return true;
    }
    let text = String::from_utf8_lossy(&start);
    text.starts_with("#!") && (text.contains("/snap/") || text.contains("flatpak run"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn place(files: &[(&str, &str, u32)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, mode) in files {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
        }
        folder
    }

    fn found(folder: &tempfile::TempDir) -> Option<&'static str> {
        search(&[folder.path().to_owned()]).map(|browser| browser.name)
    }

    #[test]
    fn a_program_or_a_launcher_of_one_is_found() {
        let folder = place(&[("microsoft-edge", "#!/bin/sh\nexec /opt/edge", 0o755)]);
        assert_eq!(found(&folder), Some(EDGE));
    }

    #[test]
    fn chromium_comes_before_the_others() {
        let folder = place(&[("google-chrome", "x", 0o755), ("chromium", "x", 0o755)]);
        assert_eq!(found(&folder), Some(CHROMIUM));
    }

    #[test]
    fn what_cannot_be_run_is_no_browser() {
        let folder = place(&[("chromium", "x", 0o644)]);
        assert_eq!(found(&folder), None);
        fs::create_dir(folder.path().join("google-chrome")).unwrap();
        assert_eq!(found(&folder), None);
    }

    #[test]
    fn a_launcher_of_a_snap_or_a_flatpak_is_passed_over() {
        let folder = place(&[
            (
                "chromium-browser",
                "#!/bin/sh\nexec /snap/bin/chromium \"$@\"",
                0o755,
            ),
            (
                "chromium",
                "#!/bin/sh\nexec flatpak run org.chromium.Chromium",
                0o755,
            ),
        ]);
        assert_eq!(found(&folder), None);
    }

    #[test]
    fn a_link_to_nothing_is_passed_over() {
        let folder = place(&[]);
        std::os::unix::fs::symlink("/nowhere", folder.path().join("chromium")).unwrap();
        assert_eq!(found(&folder), None);
    }
}
