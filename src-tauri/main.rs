//! The desktop application. Everything stands in the library beside it, where tests reach it.

// No console window behind the application on Windows; a debug build keeps it for its log.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    countersign::run()
}
