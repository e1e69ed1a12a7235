//! macOS: the bundles in the two folders for applications.

use std::path::{Path, PathBuf};

use super::{CHROME, CHROMIUM, EDGE, Installed};

const BUNDLES: [(&str, &str); 3] = [
    (CHROME, "Google Chrome.app/Contents/MacOS/Google Chrome"),
    (EDGE, "Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
    (CHROMIUM, "Chromium.app/Contents/MacOS/Chromium"),
];

pub(super) fn find() -> Option<Installed> {
    let own = dirs::home_dir().map(|home| home.join("Applications"));
    let places: Vec<PathBuf> = [Some(Path::new("/Applications").to_owned()), own]
        .into_iter()
        .flatten()
        .collect();
    BUNDLES.iter().find_map(|(name, program)| {
        let candidates = places.iter().map(|place| place.join(program));
        candidates
            .filter(|path| path.is_file())
            .map(|path| Installed::at(name, path))
            .next()
    })
}
