//! A file of evidence from anywhere, verified on this device. Nothing of the file leaves it, and the pages get the outcome,
//! never the file.
//!
//! The archive of keys that it is checked against comes from the records service and is kept beside the session's data, so
//! that a file can be checked without a connection. Whoever may write there may lie to this screen; an auditor takes an
//! archive of their own and `countersignctl verify`.

use std::path::Path;
use std::sync::Arc;

use durable::Readers;
use evidence::{Archive, Status, canonical};
use jiff::Timestamp;
use manifestation::{Checked, Manifestation, StepRow, Verdict};
use tokio::io::AsyncReadExt as _;

use super::{Controller, Saving, Work, when};
use crate::ipc::{CheckedState, CheckedStep, DroppedFile, Fault, SaysView, Verification};

impl Controller {
    /// Verifies a file that the person chose.
    pub(crate) async fn verify(&self, path: &Path) -> Result<Verification, Fault> {
        let work = self.work()?;
        let (octets, size) = read(path).await.map_err(|error| {
            tracing::info!(%error, "a file to verify could not be read");
            self.fault("cannot_read", &[])
        })?;
        let (checked, archive) = self.check(&octets).await?;
        let file = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        *work.report() = Some(Saving {
            file_name: format!("{}.html", file.trim_end_matches(".json")),
            octets: manifestation::page(&file, &checked, self.catalogue()).into_bytes(),
        });
        Ok(view(
            file,
            size,
            &checked,
            archive.fetched_at,
            self.catalogue(),
        ))
    }

    /// The same for a file that was dropped on the window.
    pub(crate) async fn verify_dropped(&self, path: &Path) {
        let Ok(visit) = self.visit() else {
            return;
        };
        let outcome = self.verify(path).await;
        if self.still(&visit).is_err() {
            // What a person dropped is not for whoever comes after them, nor for a locked screen.
            return;
        }
        let told = match outcome {
            Ok(checked) => DroppedFile {
                checked: Some(checked),
                fault: None,
            },
            Err(fault) => DroppedFile {
                checked: None,
                fault: Some(fault),
            },
        };
        self.parts.screen.dropped(&told);
    }

    /// The printable report on the file that was verified last.
    pub(crate) fn report_to_save(&self) -> Result<Saving, Fault> {
        let report = self.work()?.report().clone();
        report.ok_or_else(|| self.fault("cannot_save", &[]))
    }

    /// Fetches the archive, so that files can be checked later without a connection.
    pub(super) fn keep_archive(self: &Arc<Self>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(why) = controller.fetch_archive().await {
                tracing::warn!(why, "the archive of keys could not be renewed");
            }
        });
    }

    /// What does not hold against the kept archive may hold against today's: keys come and go.
    async fn check(&self, octets: &[u8]) -> Result<(Checked, KeptArchive), Fault> {
        let kept = KeptArchive::read(&self.parts.archive).await;
        if let Some(kept) = kept {
            let checked = Checked::offline(octets, &kept.archive, self.catalogue());
            if checked.verdict == Verdict::Valid {
                return Ok((checked, kept));
            }
            let newest = self.fetch_archive().await.unwrap_or(kept);
            let checked = Checked::offline(octets, &newest.archive, self.catalogue());
            return Ok((checked, newest));
        }
        let fetched = self.fetch_archive().await.map_err(|why| {
            tracing::warn!(why, "there is no archive of keys");
            self.fault("archive_missing", &[])
        })?;
        let checked = Checked::offline(octets, &fetched.archive, self.catalogue());
        Ok((checked, fetched))
    }

    async fn fetch_archive(&self) -> Result<KeptArchive, String> {
        let octets = self.parts.records.archive().await;
        let octets = octets.map_err(|error| error.to_string())?;
        let archive = Archive::parse(&octets).map_err(|error| error.to_string())?;
        let path = self.parts.archive.clone();
        let written = tokio::task::spawn_blocking(move || {
            // One that was cut off half way would look like fewer keys.
            durable::replace(&path, &octets, Readers::Owner)
        })
        .await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the archive of keys could not be kept"),
            Err(error) => tracing::warn!(%error, "the archive of keys could not be kept"),
        }
        Ok(KeptArchive {
            archive,
            fetched_at: Timestamp::now(),
        })
    }
}

impl Work {
    fn report(&self) -> std::sync::MutexGuard<'_, Option<Saving>> {
        self.report
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

struct KeptArchive {
    archive: Archive,
    fetched_at: Timestamp,
}

impl KeptArchive {
    /// What cannot be read counts as absent: it is fetched anew.
    async fn read(path: &Path) -> Option<Self> {
        let (octets, _) = read(path).await.ok()?;
        let archive = Archive::parse(&octets)
            .inspect_err(|error| tracing::warn!(%error, "the kept archive of keys cannot be used"))
            .ok()?;
        let modified = tokio::fs::metadata(path).await.ok()?.modified().ok()?;
        Some(Self {
            archive,
            fetched_at: modified.try_into().ok()?,
        })
    }
}

/// A file's octets and its size. At most one octet more than any document of ours may have is read, so that it is seen to be
/// over. Only a file is read: a pipe might never end.
async fn read(path: &Path) -> std::io::Result<(Vec<u8>, u64)> {
    let about = tokio::fs::metadata(path).await?;
    if !about.is_file() {
        return Err(std::io::Error::other("not a file"));
    }
    let limit = u64::try_from(canonical::MAX_OCTETS).unwrap_or(u64::MAX);
    let file = tokio::fs::File::open(path).await?;
    let mut octets = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut octets)
        .await?;
    Ok((octets, about.len()))
}

fn view(
    file: String,
    size: u64,
    checked: &Checked,
    archive_at: Timestamp,
    texts: &catalogue::Catalogue,
) -> Verification {
    Verification {
        file,
        size: u32::try_from(size).unwrap_or(u32::MAX),
        read_at: when::rfc3339(Timestamp::now()),
        archive_at: when::rfc3339(archive_at),
        valid: checked.verdict == Verdict::Valid,
        title: checked.title.clone(),
        advice: checked.advice.clone(),
        steps: checked.steps.iter().map(step).collect(),
        says: checked.says.as_ref().map(|says| self::says(says, texts)),
    }
}

fn step(row: &StepRow) -> CheckedStep {
    CheckedStep {
        name: row.step.name().to_owned(),
        text: row.text.clone(),
        state: match row.status {
            Status::Passed | Status::Attested => CheckedState::Passed,
            Status::Failed => CheckedState::Failed,
            Status::NotChecked | Status::NotReached => CheckedState::NotRun,
        },
        ended: row.ended.clone(),
        reason: row.reason.map(str::to_owned),
    }
}

fn says(says: &Manifestation, texts: &catalogue::Catalogue) -> SaysView {
    SaysView {
        name: says.name.clone(),
        signed_at: says.signed_at.clone(),
        meaning: says.meaning.clone(),
        meaning_key: says.meaning_key.clone(),
        reason: says.reason.clone(),
        records: says
            .records
            .iter()
            .map(|record| record.line(texts))
            .collect(),
        authenticated: says.authenticated.clone(),
        receipt: says.receipt.clone(),
    }
}
