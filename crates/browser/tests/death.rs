//! Our own death: what is left is ended and deleted at the next start. And what a browser could start or leave elsewhere.
//!
//! A test without the usual harness, because it starts itself a second time as the application that dies. What is observed
//! here is observed on Linux: its process table, its desktop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[cfg(target_os = "linux")]
mod common;
#[cfg(target_os = "linux")]
mod linux;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
}
