//! What a folder holds after a replacement, and after one that did not end.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use durable::{Readers, Replacement};

#[test]
fn a_file_is_made_and_then_replaced_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.json");

    for octets in [b"old".as_slice(), b"a newer and longer one", b""] {
        durable::replace(&path, octets, Readers::Owner).unwrap();

        assert_eq!(fs::read(&path).unwrap(), octets);
        assert_eq!(names(folder.path()), ["archive.json".to_owned()].into());
    }
}

#[test]
fn a_replacement_that_does_not_end_leaves_the_old_file_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session");
    durable::replace(&path, b"old", Readers::Owner).unwrap();

    let begun = Replacement::begin(&path, Readers::Owner).unwrap();
    assert_eq!(names(folder.path()).len(), 2);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    drop(begun);

    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names(folder.path()).len(), 1);
}

#[test]
fn of_writers_at_once_one_stays_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.json");
    let texts: Vec<Vec<u8>> = (b'a'..=b'h').map(|letter| vec![letter; 100_000]).collect();

    std::thread::scope(|scope| {
        for text in &texts {
            scope.spawn(|| durable::replace(&path, text, Readers::AsUsual).unwrap());
        }
    });

    assert!(texts.contains(&fs::read(&path).unwrap()));
    assert_eq!(names(folder.path()).len(), 1);
}

#[test]
fn a_sweep_takes_the_leftovers_of_this_file_and_of_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session");
    let kept = [
        "session",
        ".session.part",
        ".session.json.a1B2c3D4.part",
        ".session.a1B2c3D.part",
        ".other.a1B2c3D4.part",
        "session.a1B2c3D4.part",
    ];
    for name in kept
        .iter()
        .chain(&[".session.a1B2c3D4.part", ".session.Zz000000.part"])
    {
        fs::write(folder.path().join(name), b"octets").unwrap();
    }

    durable::sweep(&path).unwrap();

    assert_eq!(names(folder.path()), kept.map(str::to_owned).into());
}

#[test]
fn what_power_loss_leaves_has_a_name_that_a_sweep_takes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session");
    // The process ends here as far as the file is concerned: nobody drops it.
    std::mem::forget(Replacement::begin(&path, Readers::Owner).unwrap());
    assert_eq!(names(folder.path()).len(), 1);

    durable::sweep(&path).unwrap();

    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_file_is_removed_once_and_its_absence_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session");
    durable::replace(&path, b"octets", Readers::Owner).unwrap();

    assert!(durable::remove(&path).unwrap());
    assert!(!durable::remove(&path).unwrap());
    assert!(!durable::remove(&folder.path().join("absent/session")).unwrap());
    durable::sweep(&folder.path().join("absent/session")).unwrap();
}

#[test]
fn a_path_without_a_file_or_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        Path::new("/"),
        Path::new(".."),
        &folder.path().join("absent/session"),
    ] {
        assert!(durable::replace(path, b"octets", Readers::Owner).is_err());
    }
    let occupied = folder.path().join("folder");
    fs::create_dir(&occupied).unwrap();

    assert!(durable::replace(&occupied, b"octets", Readers::Owner).is_err());
    assert_eq!(names(folder.path()), ["folder".to_owned()].into());
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_what_is_for_the_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let (own, usual) = (folder.path().join("own"), folder.path().join("usual"));
    let ordinary = folder.path().join("ordinary");
    fs::write(&ordinary, b"octets").unwrap();
    // What others could read before, they cannot read afterwards.
    fs::write(&own, b"octets").unwrap();

    durable::replace(&own, b"octets", Readers::Owner).unwrap();
    durable::replace(&usual, b"octets", Readers::AsUsual).unwrap();

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&own), 0o600);
    assert_eq!(mode(&usual), mode(&ordinary));
}

#[cfg(unix)]
#[test]
fn a_link_is_replaced_and_what_it_points_at_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (elsewhere, path) = (folder.path().join("elsewhere"), folder.path().join("link"));
    fs::write(&elsewhere, b"theirs").unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();

    durable::replace(&path, b"ours", Readers::Owner).unwrap();

    assert_eq!(fs::read(&elsewhere).unwrap(), b"theirs");
    assert_eq!(fs::read(&path).unwrap(), b"ours");
    assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}
