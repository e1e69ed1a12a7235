//! The TypeScript types of the pages are those of this shell.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ts_rs::{Config, TS};

use crate::ipc::{
    AboutView, ActivityPage, ActivityQuery, AppState, CeremonyView, ChainView, Checks, Draft,
    DroppedFile, IdleView, OutboxView, Review, SignRequest, TextPart, Worklist,
};

/// Set to write the types instead of comparing them.
const WRITE: &str = "COUNTERSIGN_WRITE_TYPES";

#[test]
fn the_pages_types_are_made_from_this_shells() {
    let made = tempfile::tempdir().unwrap();
    // The types name their folder relative to one beside `ui`.
    let config = Config::new().with_out_dir(made.path().join("src-tauri"));
    AboutView::export_all(&config).unwrap();
    ActivityPage::export_all(&config).unwrap();
    ActivityQuery::export_all(&config).unwrap();
    AppState::export_all(&config).unwrap();
    CeremonyView::export_all(&config).unwrap();
    ChainView::export_all(&config).unwrap();
    Checks::export_all(&config).unwrap();
    Draft::export_all(&config).unwrap();
    DroppedFile::export_all(&config).unwrap();
    IdleView::export_all(&config).unwrap();
    OutboxView::export_all(&config).unwrap();
    Review::export_all(&config).unwrap();
    SignRequest::export_all(&config).unwrap();
    TextPart::export_all(&config).unwrap();
    Worklist::export_all(&config).unwrap();
    let made = files(&made.path().join("ui/src/ipc"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/ipc");

    if std::env::var_os(WRITE).is_some() {
        for (name, text) in &made {
            fs::write(folder.join(name), text).unwrap();
        }
    }

    let kept = files(&folder);
    let names: BTreeSet<_> = made.keys().chain(kept.keys()).collect();
    let stale: Vec<_> = names
        .into_iter()
        .filter(|name| made.get(*name) != kept.get(*name))
        .collect();
    assert!(
        stale.is_empty(),
        "stale: {stale:?}; run {WRITE}=1 cargo test -p countersign ipc_types"
    );
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}
