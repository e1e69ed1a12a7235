//! What this installation is, what IT decided, and whether everything works. No secret, nothing of a record.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use ::session::{Kept, MemoryOnly};
use catalogue::Value;
use jiff::Timestamp;
use policy::{AgentKind, Loaded, Source};

use super::signing::Saving;
use super::{Controller, faults, when};
use crate::ipc::{AboutView, CheckRow, CheckState, Checks, Fault, PolicyRow, PolicySource};

/// How long each answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Every value that applies, with its row of the table.
pub(crate) fn policy_rows(loaded: &Loaded) -> Vec<PolicyRow> {
    let rows = loaded.about().map(|(field, value)| PolicyRow {
        key: value.key.to_owned(),
        value: value.value.clone(),
        source: match value.source {
            Source::Machine(_) => PolicySource::Machine,
            Source::File(_) => PolicySource::File,
            Source::User(_) => PolicySource::User,
            Source::Program(_) => PolicySource::Program,
            Source::Default => PolicySource::Default,
        },
        place: value.source.place(),
        locked: value.locked,
        description: field.description.trim().to_owned(),
    });
    rows.collect()
}

impl Controller {
    /// What this installation is.
    pub(crate) fn about(&self) -> AboutView {
        AboutView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: super::signing::build().to_owned(),
            device: self.parts.device.clone(),
            policy: self.parts.values.clone(),
        }
    }

    /// Looks at everything anew.
    pub(crate) async fn run_checks(&self) -> Checks {
        let (provider, records, log) =
            tokio::join!(self.identity_provider(), self.records_service(), self.log());
        let rows = vec![
            provider,
            records,
            self.agent(),
            self.keyring(),
            log,
            self.outbox_kept(),
        ];
        let at = when::rfc3339(Timestamp::now());
        let report = self.report_on(&rows, &at);
        Checks { at, rows, report }
    }

    /// The report, for a file.
    pub(crate) async fn diagnostics_to_save(&self) -> Saving {
        Saving {
            file_name: "countersign-diagnostics.txt".to_owned(),
            octets: self.run_checks().await.report.into_bytes(),
        }
    }

    async fn identity_provider(&self) -> CheckRow {
        let asked = Instant::now();
        let provider = self.parts.relying_party.discover(Timestamp::now());
        match tokio::time::timeout(PATIENCE, provider).await {
            Ok(Ok(_)) => self.answers("identity_provider", asked),
            Ok(Err(error)) => {
                tracing::info!(%error, "the identity provider was checked in vain");
                let met = faults::sign_in_code(&error.into());
                self.fails("identity_provider", met)
            }
            Err(_) => self.fails("identity_provider", "identity_provider_unreachable"),
        }
    }

    async fn records_service(&self) -> CheckRow {
        let asked = Instant::now();
        let offset = self.parts.records.clock_offset(Timestamp::now());
        match tokio::time::timeout(PATIENCE, offset).await {
            Ok(Ok(offset)) if offset.abs().as_secs() <= self.skew_s() => {
                self.answers("records_service", asked)
            }
            Ok(Ok(offset)) => {
                let args = [
                    ("ms", millis(asked)),
                    ("seconds", offset.abs().as_secs().into()),
                ];
                let detail = self.catalogue().text("check-answers-clock", &args);
                self.row("records_service", CheckState::Attention, detail, None)
            }
            Ok(Err(error)) => {
                tracing::info!(%error, "the records service was checked in vain");
                self.fails("records_service", faults::call(&error))
            }
            Err(_) => self.fails("records_service", "records_unreachable"),
        }
    }

    fn agent(&self) -> CheckRow {
        let texts = self.catalogue();
        let detail = match self.parts.policy.signing.agent {
            AgentKind::Browser => {
                let kind = self.parts.signing_agent.kind();
                texts.text("check-agent-browser", &[("browser", kind.into())])
            }
            AgentKind::Window | AgentKind::Print => texts.text("check-agent-window", &[]),
        };
        self.row("agent", CheckState::Ok, detail, None)
    }

    fn keyring(&self) -> CheckRow {
        let texts = self.catalogue();
        let kept = self
            .present()
            .map_or_else(|| self.parts.vault.kept(), |work| work.session.kept());
        match kept {
            Kept::OnDisk => {
                let detail = texts.text("check-keyring-open", &[]);
                self.row("keyring", CheckState::Ok, detail, None)
            }
            Kept::InMemory(MemoryOnly::Policy) => {
                let detail = texts.text("check-keyring-memory", &[]);
                self.row("keyring", CheckState::NotNeeded, detail, None)
            }
            Kept::InMemory(MemoryOnly::Disk) => {
                let detail = texts.text("memory-only-disk", &[]);
                self.row("keyring", CheckState::Attention, detail, None)
            }
            Kept::InMemory(MemoryOnly::Keyring(_)) => {
                let detail = texts.text("memory-only", &[]);
                self.row("keyring", CheckState::Attention, detail, None)
            }
        }
    }

    async fn log(&self) -> CheckRow {
        if self.parts.log.is_stopped() {
            return self.fails("audit", "audit_stopped");
        }
        match self.read_chain().await {
            Ok(chain) if chain.complete => {
                let args = [("count", chain.entries.into())];
                let detail = self.catalogue().text("chain-complete", &args);
                self.row("audit", CheckState::Ok, detail, None)
            }
            Ok(_) => self.fails("audit", "audit-broken"),
            Err(fault) => self.fails("audit", &fault.code),
        }
    }

    fn outbox_kept(&self) -> CheckRow {
        let texts = self.catalogue();
        match &self.parts.outbox {
            Some(outbox) if outbox.durable() => {
                let detail = texts.text("outbox-durable", &[]);
                self.row("outbox", CheckState::Ok, detail, None)
            }
            Some(_) => {
                let detail = texts.text("outbox-not-durable", &[]);
                self.row("outbox", CheckState::Attention, detail, None)
            }
            None => self.row("outbox", CheckState::NotNeeded, String::new(), None),
        }
    }

    fn answers(&self, name: &str, asked: Instant) -> CheckRow {
        let detail = self
            .catalogue()
            .text("check-answers", &[("ms", millis(asked))]);
        self.row(name, CheckState::Ok, detail, None)
    }

    fn fails(&self, name: &str, code: &str) -> CheckRow {
        let Fault { text, remedy, .. } = self.fault(code, &[]);
        self.row(name, CheckState::Failed, text, Some(remedy))
    }

    fn row(
        &self,
        name: &str,
        state: CheckState,
        detail: String,
        remedy: Option<String>,
    ) -> CheckRow {
        let key = format!("check-{}", name.replace('_', "-"));
        CheckRow {
            name: name.to_owned(),
            title: self.catalogue().text(&key, &[]),
            state,
            detail,
            remedy,
        }
    }

    fn skew_s(&self) -> i64 {
        i64::from(self.parts.policy.signing.clock_skew_s)
    }

    fn report_on(&self, rows: &[CheckRow], at: &str) -> String {
        let about = self.about();
        let mut report = format!(
            "Countersign {}, build {}, on {}, {at}\n",
            about.version, about.build, about.device
        );
        for row in rows {
            let remedy = row.remedy.as_deref().unwrap_or_default();
            // Writing to a text cannot fail.
            let _ = writeln!(
                report,
                "{}: {:?}. {} {remedy}",
                row.name, row.state, row.detail
            );
        }
        for value in &about.policy {
            let _ = writeln!(
                report,
                "{} = {} ({:?} {})",
                value.key, value.value, value.source, value.place
            );
        }
        report
    }
}

fn millis(since: Instant) -> Value<'static> {
    u32::try_from(since.elapsed().as_millis())
        .unwrap_or(u32::MAX)
        .into()
}
