//! The folder of one throw-away profile: made for one ceremony, readable by this person alone, deleted after it.
//!
//! Beside each folder lies a lock that its maker holds as long as it lives. What is found without a holder was left by a
//! process that died: its browser is ended and its folder deleted, at the start of the application and before each new
//! profile. Making and sweeping take turns through a lock of their own, so a folder is never seen half made.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::process;

/// The lock of the whole place.
const TURN: &str = "turn.lock";
/// The extension of a folder's lock.
const LOCK: &str = "lock";
/// The browser's own folder below ours.
const DATA: &str = "profile";

/// Where profiles are made: below this person's local data, which no other person reads.
pub fn folder() -> Option<PathBuf> {
    let name = if cfg!(windows) {
        "Countersign"
    } else {
        "countersign"
    };
    dirs::data_local_dir().map(|local| local.join(name).join("browser"))
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Profiles of dead processes that are gone now.
    pub removed: usize,
    /// Profiles whose maker lives.
    pub in_use: usize,
    /// Profiles that could not be removed. The next sweep tries again.
    pub left: usize,
}

/// Ends browsers that outlived their maker and deletes their profiles. Blocks for as long as that takes.
pub fn sweep(folder: &Path) -> io::Result<Swept> {
    if !folder.exists() {
        return Ok(Swept::default());
    }
    let _turn = take_turn(folder)?;
    let mut swept = Swept::default();
    for entry in fs::read_dir(folder)? {
        let lock = entry?.path();
        let is_lock = lock.extension().is_some_and(|extension| extension == LOCK);
        if !is_lock || lock.file_name().is_some_and(|name| name == TURN) {
            continue;
        }
        match sweep_one(&lock) {
            Ok(Fate::Removed) => swept.removed += 1,
            Ok(Fate::InUse) => swept.in_use += 1,
            Ok(Fate::Left) => swept.left += 1,
            // One that cannot be swept must not keep the others.
            Err(error) => {
                tracing::warn!(%error, "what a throw-away browser left cannot be swept");
                swept.left += 1;
            }
        }
    }
    Ok(swept)
}

enum Fate {
    Removed,
    InUse,
    Left,
}

fn sweep_one(lock: &Path) -> io::Result<Fate> {
    let held = open_lock(lock)?;
    match held.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Fate::InUse),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let left = lock.with_extension("");
    process::end_all_of(&left);
    if !delete(&left) {
        return Ok(Fate::Left);
    }
    drop(held);
    fs::remove_file(lock)?;
    Ok(Fate::Removed)
}

/// One profile. Dropping it deletes what can be deleted.
pub(crate) struct Profile {
    folder: PathBuf,
    /// Held until the folder is gone.
    lock: Option<File>,
}

impl Profile {
    pub(crate) fn create(place: &Path) -> io::Result<Self> {
        private().recursive(true).create(place)?;
        let _turn = take_turn(place)?;
        let folder = place.join(Uuid::new_v4().simple().to_string());
        let lock = open_lock(&folder.with_extension(LOCK))?;
        lock.lock()?;
        let profile = Self {
            folder,
            lock: Some(lock),
        };
        private().create(&profile.folder)?;
        private().create(profile.data())?;
        Ok(profile)
    }

    /// Everything of this ceremony's browser lies below.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The browser's user data.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join(DATA)
    }

    /// Deletes what is there. Says whether it is gone; asking again is harmless.
    pub(crate) fn remove(&mut self) -> bool {
        if !delete(&self.folder) {
            return false;
        }
        if let Some(lock) = self.lock.take() {
            // Some systems delete no open file. A lock without a folder is swept too.
            drop(lock);
            if let Err(error) = fs::remove_file(self.folder.with_extension(LOCK)) {
                tracing::debug!(%error, "the lock of a profile is left to the next sweep");
            }
        }
        true
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        if self.lock.is_some() && !self.remove() {
            tracing::warn!("a throw-away profile is left to the next sweep");
        }
    }
}

/// Says whether nothing is there any more.
fn delete(folder: &Path) -> bool {
    forget_socket(folder);
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, "a throw-away profile is still in use");
    }
    !folder.exists()
}

/// On Linux a browser that had no time to end leaves the socket by which it finds its like, in a folder of its own among
/// the temporary files. The profile holds a link to it.
fn forget_socket(folder: &Path) {
    let Ok(socket) = fs::read_link(folder.join(DATA).join("SingletonSocket")) else {
        return;
    };
    let Some(place) = socket.parent() else { return };
    let among_temporary = place.parent() == Some(std::env::temp_dir().as_path());
    if !among_temporary {
        return;
    }
    for name in ["SingletonSocket", "SingletonCookie"] {
        // Not there is as good as gone.
        drop(fs::remove_file(place.join(name)));
    }
    // Only an empty folder goes: whatever else lay there is not the browser's.
    drop(fs::remove_dir(place));
}

fn take_turn(place: &Path) -> io::Result<File> {
    let turn = open_lock(&place.join(TURN))?;
    turn.lock()?;
    Ok(turn)
}

fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
}

/// Makes folders for nobody else. On Windows the local data folder already is.
#[cfg(unix)]
fn private() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_empty_private_and_another_one_each_time() {
        let place = tempfile::tempdir().unwrap();
        let one = Profile::create(place.path()).unwrap();
        let other = Profile::create(place.path()).unwrap();

        assert_ne!(one.folder(), other.folder());
        assert_eq!(fs::read_dir(one.data()).unwrap().count(), 0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            for folder in [one.folder().to_owned(), one.data()] {
                assert_eq!(
                    fs::metadata(folder).unwrap().permissions().mode() & 0o777,
                    0o700
                );
            }
        }
    }

    #[test]
    fn a_removed_profile_leaves_nothing_but_the_places_own_lock() {
        let place = tempfile::tempdir().unwrap();
        let mut profile = Profile::create(place.path()).unwrap();
        fs::write(profile.data().join("Cookies"), "x").unwrap();

        assert!(profile.remove());
        assert!(profile.remove(), "asking again is harmless");
        drop(profile);

        let left: Vec<_> = fs::read_dir(place.path()).unwrap().flatten().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].file_name(), TURN);
    }

    #[test]
    fn what_cannot_be_swept_does_not_keep_the_rest() {
        let place = tempfile::tempdir().unwrap();
        let dead: Vec<_> = (0..3)
            .map(|_| Profile::create(place.path()).unwrap())
            .collect();
        let left: Vec<_> = dead.iter().map(|one| one.folder().to_owned()).collect();
        dead.into_iter().for_each(die);
        for name in ["0.lock", "f.lock", "z.lock"] {
            fs::create_dir(place.path().join(name)).unwrap();
        }

        let swept = sweep(place.path()).unwrap();

        assert_eq!((swept.removed, swept.left), (3, 3));
        assert!(left.iter().all(|folder| !folder.exists()));
    }

    #[test]
    fn a_sweep_spares_the_living_and_deletes_what_the_dead_left() {
        let place = tempfile::tempdir().unwrap();
        let living = Profile::create(place.path()).unwrap();
        let dead = Profile::create(place.path()).unwrap();
        let left = dead.folder().to_owned();
        fs::write(dead.data().join("Cookies"), "x").unwrap();
        die(dead);

        let swept = sweep(place.path()).unwrap();

        let expected = Swept {
            removed: 1,
            in_use: 1,
            left: 0,
        };
        assert_eq!(swept, expected);
        assert!(!left.exists());
        assert!(living.data().exists());
    }

    #[test]
    fn a_sweep_of_a_place_that_never_was_finds_nothing() {
        let place = tempfile::tempdir().unwrap();
        let swept = sweep(&place.path().join("browser")).unwrap();
        assert_eq!(swept, Swept::default());
    }

    #[cfg(unix)]
    #[test]
    fn the_socket_that_a_killed_browser_left_among_temporary_files_goes_with_its_profile() {
        let place = tempfile::tempdir().unwrap();
        let mut profile = Profile::create(place.path()).unwrap();
        let sockets = tempfile::tempdir().unwrap();
        let socket = sockets.path().join("SingletonSocket");
        fs::write(&socket, "").unwrap();
        std::os::unix::fs::symlink(&socket, profile.data().join("SingletonSocket")).unwrap();

        assert!(profile.remove());

        assert!(!sockets.path().exists());
    }

    /// A process that dies gives up its lock and deletes nothing.
    fn die(mut profile: Profile) {
        drop(profile.lock.take());
    }
}
