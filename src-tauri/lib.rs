//! The desktop shell: one main window with the pages, one ephemeral window for the identity provider, and between them the
//! controller that the pages ask and that no toolkit knows.
//!
//! Start at [`run`]; then `app` (what the application is doing), `commands` (what the pages may ask for), `agent` (the
//! ephemeral window).

mod agent;
mod app;
mod arguments;
mod commands;
mod guard;
mod ipc;
#[cfg(test)]
mod ipc_types;
mod pages;
mod startup;
mod ways_out;
#[cfg(target_os = "linux")]
mod web_processes;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use arguments::Arguments;

/// The main window's label: the only one that a capability names.
const MAIN: &str = "main";

/// Starts the application and runs it until its main window is closed.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    startup::log_to_stderr();
    match startup::start(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // The last resort: where even this cannot be written, the exit code still tells.
            drop(writeln!(std::io::stderr(), "countersign: {fault}"));
            ExitCode::from(fault.exit_code())
        }
    }
}
