//! The manifestation of a signature (21 CFR 11.50): printed name, date and time with zone, meaning; and of what.

use std::io::Write;

use evidence::{Bundle, Receipt, Statement};
use jiff::Timestamp;
use serde::Serialize;

use crate::screen::Screen;

/// What a signature says. With a receipt that was verified, also what became of it.
#[derive(Serialize)]
pub struct Signature<'a> {
    pub statement: &'a Statement,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<&'a Receipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<&'a str>,
}

impl<'a> Signature<'a> {
    pub fn of(bundle: &'a Bundle, receipt: Option<&'a Receipt>) -> Self {
        let shown = bundle
            .presentation()
            .octets
            .as_deref()
            .and_then(|octets| std::str::from_utf8(octets).ok());
        Self {
            statement: bundle.statement(),
            receipt,
            shown,
        }
    }
}

/// Prints a signature, for a person.
pub fn print(screen: &mut Screen<impl Write>, signature: &Signature<'_>) -> std::io::Result<()> {
    let Signature {
        statement,
        receipt,
        shown,
    } = signature;
    let signer = &statement.signer;
    let subject: Vec<String> = signer
        .subject
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    screen.field("ctl-signer", &signer.name)?;
    screen.field(
        "ctl-subject",
        &format!("{}, {}", subject.join(", "), signer.iss),
    )?;
    let at = receipt.map_or(statement.requested_at.instant(), |receipt| {
        receipt.received_at
    });
    screen.field("signed-time", &local(at, statement))?;
    screen.field(
        "signed-meaning",
        &format!("{} ({})", statement.meaning.display, statement.meaning.code),
    )?;
    screen.field(
        "signed-reason",
        &format!("{} ({})", statement.reason.text, statement.reason.code),
    )?;
    for (index, amendment) in statement.amendments.iter().enumerate() {
        let record = &amendment.record;
        let committed = receipt.and_then(|receipt| receipt.records.get(index));
        let became = committed.map_or(String::new(), |committed| match committed.awaiting {
            None => format!(" → {}", committed.new_version),
            Some(awaiting) => format!(
                ", {}",
                screen.text("ctl-awaiting", &[("count", awaiting.into())])
            ),
        });
        let name = format!(
            "{}/{}/{} {}{became}",
            record.system.trim_end_matches('/'),
            record.kind,
            record.id,
            record.base_version
        );
        screen.field("signed-record", &name)?;
        screen.field("ctl-proposed", &amendment.proposed_sha256)?;
    }
    if let Some(shown) = shown {
        screen.field("ctl-shown", shown)?;
    }
    let asked = &statement.authentication;
    screen.field(
        "ctl-authentication",
        &format!(
            "prompt={} acr_values={} agent={}",
            asked.prompt,
            asked.acr_values.join(","),
            asked.agent
        ),
    )?;
    let client = &statement.client;
    screen.field(
        "ctl-client",
        &format!(
            "{} {} ({}), {}",
            client.client_id, client.version, client.build, client.device
        ),
    )?;
    if let Some(receipt) = receipt {
        screen.field(
            "signed-receipt",
            &format!("{}, {}", receipt.sequence, receipt.received_at),
        )?;
    }
    Ok(())
}

/// A time on the signer's wall, with zone. Where this computer does not know the zone, in UTC.
fn local(at: Timestamp, statement: &Statement) -> String {
    match at.in_tz(&statement.time_zone) {
        Ok(zoned) => format!(
            "{} ({})",
            zoned.strftime("%Y-%m-%d %H:%M:%S %:z"),
            statement.time_zone
        ),
        Err(_) => format!("{} UTC", at.strftime("%Y-%m-%d %H:%M:%S")),
    }
}
