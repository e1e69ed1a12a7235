//! What people do who share a desk: they leave it, come back to it, and take it over.

use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use demo::idp::Account;

use crate::app::MAIN;
use crate::desk::Desk;

/// How often whoever is there moves the mouse.
const BETWEEN: Duration = Duration::from_secs(2);

/// Somebody at the desk, who leaves when this is dropped.
#[must_use]
pub struct Somebody {
    leave: Option<mpsc::Sender<()>>,
    moving: Option<JoinHandle<()>>,
}

impl Drop for Somebody {
    fn drop(&mut self) {
        drop(self.leave.take());
        if let Some(moving) = self.moving.take() {
            drop(moving.join());
        }
    }
}

impl Desk {
    /// Somebody is there, for as long as the answer is held: however slow the machine is, nothing locks meanwhile.
    pub fn somebody_is_there(&self) -> Somebody {
        let (leave, left) = mpsc::channel();
        // A thread, because a search through memory holds up everything else.
        let moving = std::thread::spawn(move || {
            for step in ["7", "-7"].into_iter().cycle() {
                let mouse = ["mousemove_relative", "--", step, "0"];
                // A desktop that is being taken down has no mouse.
                drop(Command::new("xdotool").args(mouse).status());
                if left.recv_timeout(BETWEEN) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        Somebody {
            leave: Some(leave),
            moving: Some(moving),
        }
    }

    /// Locks the screen by hand.
    pub async fn lock(&self, account: &Account) -> anyhow::Result<()> {
        // The page goes with it, so it is not asked for an answer.
        let lock = "setTimeout(() => window.__TAURI_INTERNALS__.invoke('lock', { switching: false }), 0); return null";
        self.app().script(MAIN, lock).await?;
        self.locked(account).await
    }

    /// Waits for the locked screen of this person.
    pub async fn locked(&self, account: &Account) -> anyhow::Result<()> {
        self.app()
            .heading(&format!("{} is signed in", account.name))
            .await
    }

    /// At the lock of one person, another one (or the same) signs in again.
    pub async fn unlock(&self, locked: &Account, by: &Account) -> anyhow::Result<()> {
        let app = self.app();
        app.press(MAIN, &format!("Unlock as {}", locked.name))
            .await?;
        self.authenticate(by).await
    }

    /// Whoever signed in at the lock takes over.
    pub async fn take_over(&self, from: &Account) -> anyhow::Result<()> {
        let words = format!("Sign out {} and switch", from.name);
        self.app().press(MAIN, &words).await
    }
}
