//! Declares every command to the access control list, so that a window holds only those that a capability names.

use tauri_build::{AppManifest, Attributes};

/// Listing a command here is what takes it away from windows without a capability.
const COMMANDS: &[&str] = &include!("command_names.in");

fn main() {
    println!("cargo::rerun-if-changed=src-tauri/command_names.in");
    if !std::path::Path::new("ui/dist/index.html").exists() {
        println!("cargo::error=The pages are not built. Run: cd ui && npm ci && npm run build");
        std::process::exit(1);
    }
    let attributes = Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/**/*.json")
        .app_manifest(AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
        std::process::exit(1);
    }
}
