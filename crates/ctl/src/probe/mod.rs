//! `probe`: can this identity provider support signatures under 21 CFR Part 11?
//!
//! It runs the application's own sign-in and the application's own ceremony, with the same code and every check of it.
//! Only the records service is played here ([`stand_in`]), so nothing is submitted or recorded anywhere.
//!
//! It says what one run with one person showed, on this computer and with this agent. It is no certificate: whoever
//! operates the provider can change it a minute later.

mod checks;
mod findings;
mod measure;
mod notes;
mod offer;
mod person;
mod practice;
mod print;
mod rehearsal;
mod report;
mod setup;
mod stand_in;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use browser::BrowserAgent;
use catalogue::{Catalogue, Value};
use clap::Args;
use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::Found;
use crate::policy_values;
use crate::screen::Screen;
use findings::{Check, Finding, fail};
use identity::Agent;
use notes::Notes;
use print::Print;
use rehearsal::Rehearsal;
use report::Report;
use setup::{AgentChoice, Options, Setup, SetupError};

#[derive(Args)]
pub struct Probe {
    /// The policy to try. Options override it.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The issuer, character by character as its discovery document writes it.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The client identifier of the application at the issuer.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Who the signer has to be. Without it, whoever signs in first.
    #[arg(long, value_name = "SUB")]
    subject: Option<String>,
    /// The loopback port of the callback. Any free one unless given.
    #[arg(long, value_name = "PORT")]
    redirect_port: Option<u16>,
    /// Permits http on literal loopback addresses.
    #[arg(long)]
    development_http: bool,
    /// What shows the identity provider's pages.
    #[arg(long, value_enum, default_value_t = AgentChoice::Browser)]
    agent: AgentChoice,
    /// Writes what was found to a page that can be printed.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Prints one JSON object a line: pages to visit, checks, the result.
    #[arg(long)]
    json: bool,
}

/// What the probe says while it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A page to visit.
    Open {
        url: Url,
        /// Which jar: a new number is an empty one.
        jar: u32,
        /// Whether a person has to see it. Otherwise the provider answers by itself.
        shown: bool,
    },
    /// A check was made.
    Found(Finding),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// Under which the ceremony ran, if there was one.
    pub reference: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The signature was accepted.
    Accepted,
    /// It was refused, for this.
    Refused(&'static str),
    /// The question was not answered.
    Failed,
}

impl Outcome {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused(_) => "refused",
            Self::Failed => "failed",
        }
    }

    pub const fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Refused(name) => Some(name),
            Self::Accepted | Self::Failed => None,
        }
    }
}

impl From<Outcome> for Found {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted => Self::InOrder,
            Outcome::Refused(_) => Self::Wrong,
            Outcome::Failed => Self::Unchecked,
        }
    }
}

/// One line of the contract.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event<'a> {
    Open {
        url: &'a str,
        jar: u32,
        shown: bool,
    },
    Check(&'a Check),
    Result {
        outcome: &'static str,
        refusal: Option<&'static str>,
        reference: &'a str,
    },
}

impl Probe {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        let report = self.report.as_deref().map(report::reserve).transpose()?;
        let mut said = Said {
            screen,
            json: self.json,
            checks: Vec::new(),
        };
        let notes = Notes::taken();
        let setup = match Setup::read(&self.options()) {
            Ok(setup) => Some(setup),
            Err(error) => {
                let finding = unusable(said.screen, &error);
                said.found(&finding)?;
                None
            }
        };
        let verdict = match &setup {
            Some(setup) => rehearse(setup.clone(), &mut said)?,
            None => Verdict {
                outcome: Outcome::Failed,
                reference: rehearsal::new_reference()?.to_string(),
            },
        };
        said.result(&verdict)?;
        if let Some(report) = report {
            let page = Report {
                texts: said.screen.texts(),
                verdict: &verdict,
                checks: &said.checks,
                setup: setup.as_ref(),
                notes: &notes.lines(),
                at: jiff::Zoned::now(),
            };
            report.write(&page.html())?;
        }
        Ok(verdict.outcome.into())
    }

    fn options(&self) -> Options {
        Options {
            policy: self.policy.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            subject: self.subject.clone(),
            redirect_port: self.redirect_port,
            development_http: self.development_http,
            agent: self.agent,
            unattended: self.json,
        }
    }
}

fn rehearse(setup: Setup, said: &mut Said<'_, impl Write>) -> anyhow::Result<Verdict> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (tell, told) = unbounded_channel();
    let cancel = CancellationToken::new();
    let texts = Arc::new(Catalogue::new(said.screen.texts().locale()));
    let agent: Arc<dyn Agent> = match setup.agent {
        AgentChoice::Print => Arc::new(Print::new(tell.clone())),
        AgentChoice::Browser => {
            let folder = browser::folder().context("this account has no data folder")?;
            Arc::new(BrowserAgent::new(folder))
        }
    };
    let rehearsal = Rehearsal::new(setup, agent, texts, tell, cancel.clone())?;
    runtime.block_on(said.through(rehearsal, told, cancel))
}

/// The one way out: whatever the rehearsal says comes through here, in order.
struct Said<'a, W> {
    screen: &'a mut Screen<W>,
    json: bool,
    checks: Vec<Check>,
}

impl<W: Write> Said<'_, W> {
    /// Runs the rehearsal and says what it says. Interrupted, it still gives back what it took; and so it does when nobody
    /// reads any more.
    async fn through(
        &mut self,
        rehearsal: Rehearsal,
        mut told: UnboundedReceiver<Line>,
        cancel: CancellationToken,
    ) -> anyhow::Result<Verdict> {
        let mut unheard = None;
        let mut interrupted = std::pin::pin!(interruption());
        let mut running = std::pin::pin!(tokio::spawn(rehearsal.run()));
        let verdict = loop {
            tokio::select! {
                biased;
                Some(line) = told.recv() => {
                    if let Err(error) = self.say(line) {
                        unheard.get_or_insert(error);
                        cancel.cancel();
                    }
                }
                ended = &mut running => break ended.context("the probe broke down")?,
                () = &mut interrupted, if !cancel.is_cancelled() => cancel.cancel(),
            }
        };
        while let Ok(line) = told.try_recv() {
            if unheard.is_none() {
                self.say(line)?;
            }
        }
        match unheard {
            Some(error) => Err(error),
            None => Ok(verdict),
        }
    }

    fn say(&mut self, line: Line) -> anyhow::Result<()> {
        match line {
            Line::Open { url, jar, shown } => self.open(&url, jar, shown),
            Line::Found(finding) => self.found(&finding),
        }
    }

    fn open(&mut self, url: &Url, jar: u32, shown: bool) -> anyhow::Result<()> {
        if self.json {
            let url = url.as_str();
            return self.screen.json(&Event::Open { url, jar, shown });
        }
        let key = if shown {
            "probe-open"
        } else {
            "probe-open-unseen"
        };
        let text = self.screen.text(key, &[("jar", jar.into())]);
        Ok(writeln!(io::stderr(), "{text}\n{url}")?)
    }

    fn found(&mut self, finding: &Finding) -> anyhow::Result<()> {
        let check = finding.told(self.screen.texts());
        if self.json {
            self.screen.json(&Event::Check(&check))?;
        } else {
            let status = self.screen.text(check.status.text_key(), &[]);
            self.screen.line(&format!(
                "  {status:<13} {:<16} {}",
                check.name, check.detail
            ))?;
        }
        self.checks.push(check);
        Ok(())
    }

    fn result(&mut self, verdict: &Verdict) -> anyhow::Result<()> {
        let Verdict { outcome, reference } = verdict;
        if self.json {
            return self.screen.json(&Event::Result {
                outcome: outcome.name(),
                refusal: outcome.refusal(),
                reference,
            });
        }
        let text = conclusion(self.screen.texts(), *outcome);
        let reference = self
            .screen
            .text("probe-reference", &[("reference", reference.into())]);
        Ok(self.screen.line(&format!("{text} {reference}"))?)
    }
}

/// The answer to the question, in one sentence.
fn conclusion(texts: &Catalogue, outcome: Outcome) -> String {
    match outcome {
        Outcome::Accepted => texts.text("probe-accepted", &[]),
        Outcome::Refused(name) => texts.text("probe-refused", &[("refusal", name.into())]),
        Outcome::Failed => texts.text("probe-failed", &[]),
    }
}

fn unusable(screen: &Screen<impl Write>, error: &SetupError) -> Finding {
    let why = match error {
        SetupError::Policy(error) => {
            let fault = policy_values::fault(screen, error);
            format!("{} {}", fault.text, fault.remedy)
        }
        SetupError::SubjectOfSeveralClaims { claims } => {
            screen.text("probe-policy-subject", &[("claims", Value::from(claims))])
        }
    };
    fail("policy", "probe-because").with("why", why)
}

/// The person or the system wants the program to end.
async fn interruption() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                () = interrupt() => return,
            }
        }
    }
    interrupt().await;
}

async fn interrupt() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "an interruption would not be heard");
        std::future::pending::<()>().await;
    }
}
