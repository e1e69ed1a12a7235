//! `doctor`: what this computer has of what the application needs.
//!
//! It looks and changes nothing: no window is opened, no key is stored. Whether the key store can be unlocked, or a
//! window be shown, only the application finds out.

#[cfg(all(unix, not(target_os = "macos")))]
#[path = "doctor/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "doctor/macos.rs"]
mod system;
#[cfg(windows)]
#[path = "doctor/windows.rs"]
mod system;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use policy::{AgentKind, Sources};
use serde::Serialize;
use serde_json::json;

use crate::Found;
use crate::policy_values;
use crate::screen::Screen;

#[derive(Args)]
pub struct Doctor {
    /// A policy file. Refused on a computer that has a machine policy.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

/// One thing that is needed.
#[derive(Serialize)]
struct Finding {
    /// A stable name, after `ctl-` the key of its text.
    name: &'static str,
    found: bool,
    /// Whether the application does without it.
    needed: bool,
    /// Where, or what was looked for in vain.
    detail: String,
}

impl Finding {
    fn new(name: &'static str, result: Result<String, String>) -> Self {
        let found = result.is_ok();
        let (Ok(detail) | Err(detail)) = result;
        Self {
            name,
            found,
            needed: true,
            detail,
        }
    }

    /// Something that only some policies want.
    fn for_those_who_want(self, needed: bool) -> Self {
        Self { needed, ..self }
    }

    fn is_in_order(&self) -> bool {
        self.found || !self.needed
    }

    /// The key of what is said of it.
    fn state(&self) -> &'static str {
        match (self.found, self.needed) {
            (true, _) => "ctl-found",
            (false, true) => "ctl-missing",
            (false, false) => "ctl-not-needed",
        }
    }
}

/// What signing would use under `signing.agent = browser`.
fn browser_for_signing(screen: &Screen<impl Write>) -> Result<String, String> {
    let wanted = "Chromium, Google Chrome, Microsoft Edge";
    let found = browser::installed().ok_or(wanted)?;
    let browser = format!("{}, {}", found.name, found.executable.display());
    Ok(if browser::runs_without_sandbox() {
        screen.text("ctl-unsandboxed", &[("browser", browser.as_str().into())])
    } else {
        browser
    })
}

impl Doctor {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        let policy = Sources::of_this_system(self.policy).load();
        let wants_browser = policy
            .as_ref()
            .is_ok_and(|loaded| loaded.policy.signing.agent == AgentKind::Browser);
        let findings = [
            Finding::new("display", system::display()),
            Finding::new("webview", system::webview()),
            Finding::new("keyring", system::keyring()),
            Finding::new("browser", browser_for_signing(screen)).for_those_who_want(wants_browser),
        ];
        let in_order = policy.is_ok() && findings.iter().all(Finding::is_in_order);
        if self.json {
            let policy = match &policy {
                Ok(loaded) => json!({ "usable": true, "values": policy_values::as_json(loaded) }),
                Err(error) => {
                    json!({ "usable": false, "code": error.code(), "detail": error.to_string() })
                }
            };
            let version = env!("CARGO_PKG_VERSION");
            screen.json(&json!({ "version": version, "in_order": in_order, "findings": findings, "policy": policy }))?;
        } else {
            for finding in &findings {
                let state = screen.text(finding.state(), &[]);
                screen.field(
                    &format!("ctl-{}", finding.name),
                    &format!("{state}: {}", finding.detail),
                )?;
            }
            match &policy {
                Ok(loaded) => {
                    screen.say("ctl-policy-usable", &[])?;
                    policy_values::print(screen, loaded)?;
                }
                Err(error) => {
                    let fault = policy_values::fault(screen, error);
                    screen.fault(&fault)?;
                }
            }
        }
        Ok(if in_order {
            Found::InOrder
        } else {
            Found::Wrong
        })
    }
}
