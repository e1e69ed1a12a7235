//! The verdict on one file for a person, in the words that the application's screens and the printed page have too.

use std::io::Write;
use std::path::Path;

use evidence::{Status, Step};
use manifestation::{Checked, Manifestation, StepRow};

use super::{Partly, Verdict};
use crate::screen::Screen;

pub fn verdict(
    screen: &mut Screen<impl Write>,
    file: &Path,
    verdict: &Verdict,
) -> anyhow::Result<()> {
    screen.field("ctl-file", &file.display().to_string())?;
    match verdict {
        Verdict::Valid(evidence) => {
            let checked = Checked::valid(evidence, screen.texts());
            print(screen, &checked)?;
        }
        Verdict::Invalid { failure, claimed } => {
            let checked = Checked::invalid(failure, claimed.as_deref(), screen.texts());
            print(screen, &checked)?;
        }
        Verdict::Partly(partly) => print_partly(screen, partly)?,
        Verdict::Unchecked(detail) => screen.field("ctl-unchecked", detail)?,
    }
    Ok(screen.line("")?)
}

fn print(screen: &mut Screen<impl Write>, checked: &Checked) -> std::io::Result<()> {
    screen.line(&checked.title)?;
    screen.line(&checked.advice)?;
    let failed = checked.steps.iter().find(|row| row.reason.is_some());
    if let Some((row, reason)) = failed.and_then(|row| Some((row, row.reason?))) {
        screen.own_field("ctl-reason", &format!("{}: {reason}", row.step))?;
    }
    if let Some(says) = &checked.says {
        let proven = checked.verdict == manifestation::Verdict::Valid;
        says_so(screen, says, proven)?;
    }
    if let Some(digest) = &checked.evidence_sha256 {
        screen.own_field("ctl-evidence", digest)?;
    }
    steps(screen, &checked.steps)
}

fn print_partly(screen: &mut Screen<impl Write>, partly: &Partly) -> anyhow::Result<()> {
    let texts = screen.texts();
    let rows = StepRow::all(&partly.report, None, texts);
    let says = match &partly.claims {
        Some(claims) => Manifestation::of(&partly.bundle, None, Some(claims), texts),
        None => Manifestation::claimed(&partly.bundle, texts),
    };
    if let Some(reason) = partly.undecided {
        screen.say("ctl-keys-changed", &[])?;
        screen.say("ctl-keys-changed-advice", &[])?;
        screen.own_field("ctl-reason", &format!("{}: {reason}", Step::IdToken))?;
    } else {
        let passed = partly.report.passed().len();
        let args = [
            ("passed", i64::try_from(passed)?.into()),
            ("count", i64::try_from(Step::ALL.len())?.into()),
        ];
        screen.say("ctl-partly", &args)?;
        screen.say("ctl-partly-advice", &[])?;
    }
    says_so(screen, &says, false)?;
    Ok(steps(screen, &rows)?)
}

/// What a signature says. Its parts are readable already, all but the text that was shown.
fn says_so(
    screen: &mut Screen<impl Write>,
    says: &Manifestation,
    proven: bool,
) -> std::io::Result<()> {
    if !proven {
        screen.say("verify-claims", &[])?;
    }
    screen.own_field("ctl-signer", &says.name)?;
    screen.own_field("ctl-subject", &says.identity)?;
    screen.own_field("signed-time", &says.signed_at)?;
    screen.own_field(
        "signed-meaning",
        &format!("{} ({})", says.meaning, says.meaning_code),
    )?;
    screen.own_field("signed-reason", &says.reason)?;
    for record in &says.records {
        let line = record.full_line(screen.texts());
        screen.own_field("signed-record", &line)?;
        screen.own_field("ctl-proposed", &record.proposed_sha256)?;
    }
    if let Some(shown) = &says.shown {
        screen.field("ctl-shown", shown)?;
    }
    if let Some(how) = &says.authenticated {
        screen.own_field("manifest-authenticated", how)?;
    }
    screen.own_field("ctl-authentication", &says.asked)?;
    screen.own_field("ctl-client", &says.client)?;
    if let Some(receipt) = &says.receipt {
        screen.own_field("signed-receipt", receipt)?;
    }
    Ok(())
}

fn steps(screen: &mut Screen<impl Write>, rows: &[StepRow]) -> std::io::Result<()> {
    let head = screen.text("manifest-steps", &[]);
    screen.line(&format!("  {head}"))?;
    for row in rows {
        let mark = match row.status {
            Status::Passed | Status::Attested => ' ',
            Status::Failed => '!',
            Status::NotChecked | Status::NotReached => '?',
        };
        screen.line(&format!(
            "{mark} {:>2} {:<15} {}: {}",
            row.step.number(),
            row.step.name(),
            row.text,
            row.ended
        ))?;
    }
    Ok(())
}
