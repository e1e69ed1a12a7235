//! An X server that a test starts for itself, and moves the pointer of. Needs `Xvfb` and `xdotool`.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::services::end;

pub struct Screen {
    server: Child,
    pub display: String,
}

impl Screen {
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "320x200x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        Self {
            server,
            display: format!(":{}", number.trim()),
        }
    }

    pub fn move_pointer(&self, x: u32) {
        let moved = Command::new("xdotool")
            .args(["mousemove", &x.to_string(), "50"])
            .env("DISPLAY", &self.display)
            .status()
            .expect("xdotool is installed");
        assert!(moved.success());
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}
