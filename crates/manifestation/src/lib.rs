//! How a signature reads to a person: printed name, date and time with zone, meaning, and what became of which record
//! (21 CFR 11.50), with the fourteen steps of its verification beside it.
//!
//! The application's screens, `countersignctl` and the printable page all take their words from here, so that one file
//! reads the same everywhere. Texts that somebody else wrote are made readable: what cannot be seen in them is spelled out.
//! It decides nothing: whether evidence is valid is said by the `evidence` crate alone, and a manifestation of evidence that
//! is not valid is a claim. [`Checked`] keeps the two apart.

mod checked;
mod page;
mod when;

use catalogue::intent::readable;
use catalogue::{Catalogue, Value};
use evidence::id_token::Claims;
use evidence::{Bundle, Receipt, Statement};

pub use checked::{Checked, StepRow, Verdict};
pub use page::page;
pub use when::date_and_time;

/// What a signature says. Every text is in the person's language, or readable as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifestation {
    /// The printed name.
    pub name: String,
    /// The claims that identify the signer, and at which issuer.
    pub identity: String,
    /// Date and time with zone and offset: of the receipt, or of the request where there is none.
    pub signed_at: String,
    /// The meaning's standard name.
    pub meaning: String,
    /// Its ASTM E1762 code.
    pub meaning_code: String,
    /// The key of its sentence in the catalogue.
    pub meaning_key: String,
    /// Why the record changes, as the signer saw it.
    pub reason: String,
    /// What is signed, in the statement's order.
    pub records: Vec<RecordLine>,
    /// The exact text that was before the signer, when the content was kept.
    pub shown: Option<String>,
    /// How the identity provider was asked.
    pub asked: String,
    /// When and how the signer authenticated, as the identity provider says.
    pub authenticated: Option<String>,
    /// Which application, on which device.
    pub client: String,
    /// The receipt's number.
    pub receipt: Option<String>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLine {
    /// Its identifier, as `LAB-88123`.
    pub id: String,
    /// Its full name: system, type and identifier.
    pub full: String,
    /// The version that was amended.
    pub base_version: String,
    /// The version that the signature made; none without a receipt, or while further signatures are awaited.
    pub new_version: Option<String>,
    /// How many signatures are still awaited.
    pub awaiting: Option<u32>,
    /// SHA-256 of the signed octets.
    pub proposed_sha256: String,
}

impl Manifestation {
    /// Of a bundle. `receipt` and `claims` are those that verification took them for, or none.
    pub fn of(
        bundle: &Bundle,
        receipt: Option<&Receipt>,
        claims: Option<&Claims>,
        texts: &Catalogue,
    ) -> Self {
        let statement = bundle.statement();
        let (signer, meaning) = (&statement.signer, &statement.meaning);
        let octets = bundle.presentation().octets.as_deref();
        Self {
            name: readable(&signer.name),
            identity: identity(statement),
            signed_at: signed_at(statement, receipt, texts),
            meaning: readable(&meaning.display),
            meaning_code: readable(&meaning.code),
            meaning_key: texts.meaning_key(&meaning.code),
            reason: readable(&statement.reason.text),
            records: records(statement, receipt),
            shown: octets.and_then(|octets| String::from_utf8(octets.to_vec()).ok()),
            asked: asked(statement),
            authenticated: claims.and_then(|claims| authenticated(bundle, claims, texts)),
            client: client(statement),
            receipt: receipt.map(|receipt| receipt_number(receipt.sequence)),
        }
    }

    /// Of a bundle that nobody vouches for: no receipt, no claims, and not the text that it says was shown.
    pub fn claimed(bundle: &Bundle, texts: &Catalogue) -> Self {
        Self {
            shown: None,
            ..Self::of(bundle, None, None, texts)
        }
    }
}

impl RecordLine {
    /// `LAB-88123, version 3 became version 4`.
    pub fn line(&self, texts: &Catalogue) -> String {
        self.line_of(&self.id, texts)
    }

    /// The same with the record's full name.
    pub fn full_line(&self, texts: &Catalogue) -> String {
        self.line_of(&self.full, texts)
    }

    fn line_of(&self, record: &str, texts: &Catalogue) -> String {
        let mut args = vec![
            ("record", Value::Text(record)),
            ("base", Value::Text(&self.base_version)),
        ];
        let key = match (&self.new_version, self.awaiting) {
            (Some(new), _) => {
                args.push(("new", new.into()));
                "manifest-became"
            }
            (None, Some(count)) => {
                args.push(("count", count.into()));
                "manifest-awaits"
            }
            (None, None) => "manifest-version",
        };
        texts.text(key, &args)
    }
}

/// `004128`: a receipt's number as it is shown everywhere.
pub fn receipt_number(sequence: u64) -> String {
    format!("{sequence:06}")
}

fn identity(statement: &Statement) -> String {
    let signer = &statement.signer;
    let claims = signer.subject.iter();
    let claims: Vec<_> = claims
        .map(|(name, value)| format!("{} {}", readable(name), readable(value)))
        .collect();
    format!("{}, {}", claims.join(", "), readable(&signer.iss))
}

fn signed_at(statement: &Statement, receipt: Option<&Receipt>, texts: &Catalogue) -> String {
    let requested = || statement.requested_at.instant();
    let at = receipt.map_or_else(requested, |receipt| receipt.received_at);
    when::in_zone(at, &statement.time_zone, texts.locale())
}

fn records(statement: &Statement, receipt: Option<&Receipt>) -> Vec<RecordLine> {
    let amendments = statement.amendments.iter().enumerate();
    amendments
        .map(|(index, amendment)| {
            let record = &amendment.record;
            let committed = receipt.and_then(|receipt| receipt.records.get(index));
            let awaiting = committed.and_then(|committed| committed.awaiting);
            RecordLine {
                id: readable(&record.id),
                full: readable(&format!(
                    "{}/{}/{}",
                    record.system.trim_end_matches('/'),
                    record.kind,
                    record.id
                )),
                base_version: readable(&record.base_version),
                new_version: committed
                    .filter(|_| awaiting.is_none())
                    .map(|committed| readable(&committed.new_version)),
                awaiting,
                proposed_sha256: readable(&amendment.proposed_sha256),
            }
        })
        .collect()
}

fn asked(statement: &Statement) -> String {
    let asked = &statement.authentication;
    let mut words = vec![format!("prompt={}", asked.prompt)];
    words.extend(asked.max_age.map(|seconds| format!("max_age={seconds}")));
    if !asked.acr_values.is_empty() {
        words.push(format!("acr_values={}", asked.acr_values.join(",")));
    }
    words.push(format!("agent={}", asked.agent));
    readable(&words.join(" "))
}

fn authenticated(bundle: &Bundle, claims: &Claims, texts: &Catalogue) -> Option<String> {
    let at = jiff::Timestamp::from_second(bundle.auth_time()?).ok()?;
    let mut said = when::in_zone(at, &bundle.statement().time_zone, texts.locale());
    if let Some(acr) = claims.acr() {
        let acr = readable(acr);
        said.push_str(", ");
        said.push_str(&texts.text("manifest-class", &[("acr", Value::Text(&acr))]));
    }
    let methods = claims.amr();
    if !methods.is_empty() {
        let methods = readable(&methods.join(", "));
        said.push_str(", ");
        said.push_str(&texts.text("manifest-methods", &[("methods", Value::Text(&methods))]));
    }
    Some(said)
}

fn client(statement: &Statement) -> String {
    let client = &statement.client;
    readable(&format!(
        "{} {} ({}), {}",
        client.client_id, client.version, client.build, client.device
    ))
}
