//! The built program, run.

use std::ffi::OsStr;
use std::process::Command;

/// What it did.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn countersignctl<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_countersignctl"))
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
