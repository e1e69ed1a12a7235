//! Whether what is kept still is what was kept: every receipt against its signature, its place, its evidence, its record
//! and the trail.
//!
//! Receipts are signed and name their predecessors, so one that was altered, moved or taken out of the middle is found
//! here by arithmetic. Off the end, receipt, trail and everything else could be cut together: only a head that was
//! written down elsewhere shows that, which is why one can be brought along. Whoever has the file *and* the receipt key
//! can write another history; this check is not against them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use evidence::digest::sha256_hex;
use evidence::{Bundle, LedgerKey, Receipt, receipt};
use records::wire::ReceiptHead;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use super::{BUSY, Store, StoreError, audit, keys};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consistency {
    /// Receipts that were read.
    pub receipts: u64,
    /// Time-stamps of them.
    pub timestamps: u64,
    /// Lines of the trail that were read.
    pub audit_lines: u64,
    /// Where the chain ends.
    pub head: ReceiptHead,
    /// What is wrong, in the order of the chain. Empty when all is well.
    pub faults: Vec<Fault>,
}

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The receipt concerned, or the line of the trail.
    pub at: u64,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// The receipt is not there, though the numbering or the trail says that it was.
    ReceiptMissing,
    /// The receipt does not bear the signature of a receipt key of its time.
    ReceiptAltered,
    /// The receipt has another number than its place.
    ReceiptMoved,
    /// The receipt does not name the one before it, or is older.
    LinkBroken,
    /// The evidence is not what the receipt was given for.
    EvidenceAltered,
    /// What is listed of the signature (its name, meaning, digests, times) is not what evidence and receipt say.
    ListingAltered,
    /// The record's new version is not there, or not what was signed.
    RecordAltered,
    /// The challenge does not stand as spent by this signature.
    ChallengeAltered,
    /// The trail does not tell of the receipt, or of another one.
    TrailSilent,
    /// A time-stamp that the trail tells of is not there.
    TimestampMissing,
    /// The line of the trail does not follow the one before it.
    TrailBroken,
    /// The head that was brought along is not in the chain.
    HeadUnknown,
}

impl Store {
    /// Checks everything. A head that was written down elsewhere also shows what was cut off the end.
    pub fn check(&self, known: Option<&ReceiptHead>) -> Result<Consistency, StoreError> {
        self.read(|transaction| check(transaction, known))
    }

    /// The same for a store that nobody has to be serving. Nothing is written.
    pub fn check_file(path: &Path, known: Option<&ReceiptHead>) -> Result<Consistency, StoreError> {
        let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(BUSY)?;
        let transaction = connection.transaction()?;
        check(&transaction, known)
    }
}

fn check(
    transaction: &Transaction<'_>,
    known: Option<&ReceiptHead>,
) -> Result<Consistency, StoreError> {
    let mut walk = Walk {
        trail: Trail::read(transaction)?,
        keys: keys::receipt_keys(transaction)?,
        known: known.filter(|head| head.sequence > 0),
        head: ReceiptHead {
            sequence: 0,
            sha256: None,
        },
        found: Vec::new(),
        receipts: 0,
        timestamps: 0,
    };
    let mut query = transaction.prepare(
        "SELECT sequence, signature_id, challenge, name, meaning, evidence, evidence_sha256, receipt, receipt_sha256,
             received_at,
             EXISTS (SELECT 1 FROM receipt_timestamp WHERE receipt_timestamp.sequence = signature.sequence)
         FROM signature ORDER BY sequence",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        walk.take(transaction, &Kept::read(row)?)?;
    }
    Ok(walk.finish())
}

/// A signature, as it is kept.
struct Kept {
    sequence: u64,
    signature_id: String,
    challenge: String,
    name: String,
    meaning: String,
    evidence: Vec<u8>,
    evidence_sha256: String,
    receipt: String,
    receipt_sha256: String,
    received_at: String,
    timestamped: bool,
}

impl Kept {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            sequence: row.get(0)?,
            signature_id: row.get(1)?,
            challenge: row.get(2)?,
            name: row.get(3)?,
            meaning: row.get(4)?,
            evidence: row.get(5)?,
            evidence_sha256: row.get(6)?,
            receipt: row.get(7)?,
            receipt_sha256: row.get(8)?,
            received_at: row.get(9)?,
            timestamped: row.get(10)?,
        })
    }
}

/// The chain, followed from its beginning.
struct Walk<'a> {
    trail: Trail,
    keys: Vec<LedgerKey>,
    known: Option<&'a ReceiptHead>,
    head: ReceiptHead,
    found: Vec<Fault>,
    receipts: u64,
    timestamps: u64,
}

impl Walk<'_> {
    fn take(&mut self, transaction: &Transaction<'_>, kept: &Kept) -> Result<(), StoreError> {
        let at = kept.sequence;
        for missing in self.head.sequence + 1..at {
            self.find(missing, Wrong::ReceiptMissing);
        }
        let digest = receipt::sha256(&kept.receipt);
        match receipt::verify(&kept.receipt, &self.keys) {
            Err(_) => self.find(at, Wrong::ReceiptAltered),
            Ok(said) => self.compare(transaction, kept, &digest, &said)?,
        }
        let told = self.trail.recorded.remove(&at);
        if told != Some((kept.signature_id.clone(), digest.clone())) {
            self.find(at, Wrong::TrailSilent);
        }
        if self.trail.stamped.remove(&at) && !kept.timestamped {
            self.find(at, Wrong::TimestampMissing);
        }
        if self.known.is_some_and(|known| {
            known.sequence == at && known.sha256.as_deref() != Some(digest.as_str())
        }) {
            self.find(at, Wrong::HeadUnknown);
        }
        self.receipts += 1;
        self.timestamps += u64::from(kept.timestamped);
        self.head = ReceiptHead {
            sequence: at,
            sha256: Some(digest),
        };
        Ok(())
    }

    fn compare(
        &mut self,
        transaction: &Transaction<'_>,
        kept: &Kept,
        digest: &str,
        said: &Receipt,
    ) -> Result<(), StoreError> {
        let at = kept.sequence;
        if said.sequence != at {
            self.find(at, Wrong::ReceiptMoved);
        }
        if said.previous_receipt_sha256 != self.head.sha256 {
            self.find(at, Wrong::LinkBroken);
        }
        let bundle = Bundle::parse(&kept.evidence).ok();
        let evidence_sha256 = bundle.as_ref().and_then(|bundle| bundle.sha256().ok());
        let Some(bundle) = bundle.filter(|bundle| {
            evidence_sha256.as_deref().is_some_and(|sha256| {
                said.is_for(bundle, sha256, &said.issuer_key_thumbprint)
                    .is_ok()
            })
        }) else {
            self.find(at, Wrong::EvidenceAltered);
            return Ok(());
        };
        let statement = bundle.statement();
        let listed = kept.signature_id == statement.signature_id.to_string()
            && kept.challenge == statement.challenge
            && kept.name == statement.signer.name
            && kept.meaning == statement.meaning.display
            && kept.evidence_sha256 == said.evidence_sha256
            && kept.receipt_sha256 == digest
            && kept.received_at == super::column(said.received_at);
        if !listed {
            self.find(at, Wrong::ListingAltered);
        }
        if !challenge_is_spent(transaction, kept)? {
            self.find(at, Wrong::ChallengeAltered);
        }
        for (record, amendment) in said.records.iter().zip(&statement.amendments) {
            if record.awaiting.is_none()
                && !stands(transaction, record, &amendment.proposed_sha256)?
            {
                self.find(at, Wrong::RecordAltered);
            }
        }
        Ok(())
    }

    fn find(&mut self, at: u64, wrong: Wrong) {
        self.found.push(Fault { at, wrong });
    }

    /// What is told of but was not met is missing.
    fn finish(mut self) -> Consistency {
        let told = std::mem::take(&mut self.trail.recorded);
        for sequence in told.into_keys() {
            let missing = Fault {
                at: sequence,
                wrong: Wrong::ReceiptMissing,
            };
            if !self.found.contains(&missing) {
                self.found.push(missing);
            }
        }
        if let Some(known) = self
            .known
            .filter(|known| known.sequence > self.head.sequence)
        {
            let at = known.sequence;
            self.find(at, Wrong::HeadUnknown);
        }
        self.found.sort_by_key(|fault| fault.at);
        if let Some(line) = self.trail.broken_at {
            self.find(line, Wrong::TrailBroken);
        }
        Consistency {
            receipts: self.receipts,
            timestamps: self.timestamps,
            audit_lines: self.trail.lines,
            head: self.head,
            faults: self.found,
        }
    }
}

fn challenge_is_spent(transaction: &Transaction<'_>, kept: &Kept) -> Result<bool, StoreError> {
    let spent_by: Option<Option<String>> = transaction
        .query_row(
            "SELECT spent_by FROM challenge WHERE challenge = ?1",
            [&kept.challenge],
            |row| row.get(0),
        )
        .optional()?;
    Ok(spent_by.flatten().as_ref() == Some(&kept.signature_id))
}

/// Whether the version that a signature made holds the octets that were signed.
fn stands(
    transaction: &Transaction<'_>,
    record: &evidence::CommittedRecord,
    proposed_sha256: &str,
) -> Result<bool, StoreError> {
    let octets: Option<Vec<u8>> = transaction
        .query_row(
            "SELECT octets FROM record_version
             WHERE system = ?1 AND type = ?2 AND id = ?3 AND CAST(version AS TEXT) = ?4",
            params![record.system, record.kind, record.id, record.new_version],
            |row| row.get(0),
        )
        .optional()?;
    Ok(octets.is_some_and(|octets| sha256_hex(&octets) == proposed_sha256))
}

/// What the gateway's own trail tells of receipts.
struct Trail {
    lines: u64,
    broken_at: Option<u64>,
    recorded: BTreeMap<u64, (String, String)>,
    stamped: BTreeSet<u64>,
}

impl Trail {
    fn read(transaction: &Transaction<'_>) -> Result<Self, StoreError> {
        let mut trail = Self {
            lines: 0,
            broken_at: None,
            recorded: BTreeMap::new(),
            stamped: BTreeSet::new(),
        };
        let mut previous = String::new();
        audit::each(transaction, 1, |line| {
            trail.lines += 1;
            let follows = line.seq == trail.lines && audit::hash(&previous, &line)? == line.hash;
            if !follows && trail.broken_at.is_none() {
                trail.broken_at = Some(trail.lines);
            }
            let text = |name: &str| line.detail[name].as_str().unwrap_or_default().to_owned();
            match (line.event.as_str(), line.detail["sequence"].as_u64()) {
                (audit::RECORDED, Some(sequence)) => {
                    let told = (text("signature_id"), text("receipt_sha256"));
                    trail.recorded.insert(sequence, told);
                }
                (audit::STAMPED, Some(sequence)) => {
                    trail.stamped.insert(sequence);
                }
                _ => {}
            }
            previous = line.hash;
            Ok(())
        })?;
        Ok(trail)
    }
}
