//! The workspace as cargo sees it, and the configuration of the windows as it stands in the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};
use serde_json::Value;

/// `tauri.conf.json` and what is laid over it on one platform.
pub fn configurations() -> Vec<(PathBuf, Value)> {
    let is_configuration = |path: &PathBuf| {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        name.starts_with("tauri.") && path.extension().is_some_and(|end| end == "json")
    };
    let found: Vec<_> = files(root(), &["json"])
        .into_iter()
        .filter(is_configuration)
        .map(read_json)
        .collect();
    let main = root().join("tauri.conf.json");
    assert!(
        found.iter().any(|(path, _)| *path == main),
        "tauri.conf.json is missing, so nothing was checked"
    );
    found
}

pub fn capabilities() -> Vec<(PathBuf, Value)> {
    files(root(), &["json"])
        .into_iter()
        .filter(|path| is_capability(path))
        .map(read_json)
        .collect()
}

pub fn is_capability(path: &Path) -> bool {
    path.components()
        .any(|part| part.as_os_str() == "capabilities")
}

fn read_json(path: PathBuf) -> (PathBuf, Value) {
    let value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap());
    let value = value.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (path, value)
}

/// Files of the repository with one of these extensions; what is built or fetched is left out.
pub fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            let foreign = name.starts_with('.')
                || name.starts_with("target")
                || ["node_modules", "gen", "out", "dist"].contains(&name);
            if !foreign {
                found.extend(files(&path, extensions));
            }
        } else if path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension))
        {
            found.push(path);
        }
    }
    found
}

/// The crates of this repository.
pub fn house() -> &'static BTreeMap<String, PackageId> {
    static HOUSE: OnceLock<BTreeMap<String, PackageId>> = OnceLock::new();
    HOUSE.get_or_init(|| {
        metadata()
            .workspace_packages()
            .iter()
            .map(|package| (package.name.to_string(), package.id.clone()))
            .collect()
    })
}

/// What a crate of the house uses when it runs.
pub fn direct(name: &str) -> BTreeSet<String> {
    graph()[&house()[name]]
        .iter()
        .map(|id| metadata()[id].name.to_string())
        .collect()
}

/// What a crate of the house uses when it runs, and what that uses, and so on.
pub fn reach(name: &str) -> BTreeSet<String> {
    let mut waiting = vec![&house()[name]];
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        for used in &graph()[id] {
            if seen.insert(used) {
                waiting.push(used);
            }
        }
    }
    assert!(
        !seen.is_empty(),
        "{name} uses nothing at all: the graph was not read"
    );
    seen.into_iter()
        .map(|id| metadata()[id].name.to_string())
        .collect()
}

/// Dependencies of every package on every platform; those of tests and build scripts are left out.
fn graph() -> &'static BTreeMap<PackageId, Vec<PackageId>> {
    static GRAPH: OnceLock<BTreeMap<PackageId, Vec<PackageId>>> = OnceLock::new();
    GRAPH.get_or_init(|| {
        let nodes = &metadata()
            .resolve
            .as_ref()
            .expect("cargo resolves the workspace")
            .nodes;
        let runs = |dependency: &&cargo_metadata::NodeDep| {
            dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind == DependencyKind::Normal)
        };
        nodes
            .iter()
            .map(|node| {
                (
                    node.id.clone(),
                    node.deps
                        .iter()
                        .filter(runs)
                        .map(|dependency| dependency.pkg.clone())
                        .collect(),
                )
            })
            .collect()
    })
}

fn metadata() -> &'static Metadata {
    static METADATA: OnceLock<Metadata> = OnceLock::new();
    METADATA.get_or_init(|| {
        MetadataCommand::new()
            .manifest_path(root().join("Cargo.toml"))
            .other_options(["--locked".to_owned()])
            .exec()
            .unwrap()
    })
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
