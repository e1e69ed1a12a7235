//! What people do who share a desk: they leave it, come back to it, and take it over.

use demo::idp::Account;
use tokio::process::Command;

use crate::app::MAIN;
use crate::desk::Desk;

impl Desk {
    /// Somebody is there: the mouse is moved.
    pub async fn touch(&self) -> anyhow::Result<()> {
        for step in ["7", "-7"] {
            let mut mouse = Command::new("xdotool");
            let moved = mouse.args(["mousemove_relative", "--", step, "0"]);
            anyhow::ensure!(moved.status().await?.success(), "the mouse cannot be moved");
        }
        Ok(())
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
