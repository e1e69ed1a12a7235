//! Evidence on its way to a file of the person's choice: that of a recorded signature with its receipt, or, of one that
//! waits in the outbox or was refused, as it was sealed.
//!
//! That it leaves stands in the activity log before the file is made. What becomes of the file afterwards is not known here.

use std::path::Path;
use std::sync::Arc;

use audit::Event;
use evidence::Bundle;
use records::CallError;
use uuid::Uuid;

use super::signing::Saving;
use super::{Controller, Work, actor};
use crate::ipc::Fault;

impl Controller {
    /// The evidence of a signature: of this session, of this person's outbox, or as the records service keeps it.
    pub(crate) async fn evidence_to_save(&self, signature_id: &str) -> Result<Saving, Fault> {
        let work = self.work()?;
        let kept = work.evidence().get(signature_id).cloned();
        if let Some(octets) = kept {
            return Ok(with_receipt(signature_id, octets));
        }
        let id = signature_id.parse();
        let id: Uuid = id.map_err(|_| self.fault("evidence_gone", &[]))?;
        match self.sealed(&work, id).await? {
            Some(octets) => Ok(as_sealed(signature_id, octets)),
            None => Ok(with_receipt(signature_id, self.recorded(&work, id).await?)),
        }
    }

    /// Lets evidence leave the application; not where that cannot be written down first.
    pub(crate) async fn save_evidence(
        &self,
        signature_id: &str,
        evidence: &Saving,
        path: &Path,
    ) -> Result<(), Fault> {
        let by = actor(&*self.work()?);
        let saved = Event::EvidenceSaved {
            signature_id: signature_id.into(),
        };
        self.append(saved, None, by.clone()).await?;
        let written = self.save(evidence, path).await;
        if written.is_err() {
            let not_saved = Event::EvidenceNotSaved {
                signature_id: signature_id.into(),
            };
            if let Err(unwritten) = self.append(not_saved, None, by).await {
                tracing::error!(code = unwritten.code, "an event could not be recorded");
            }
        }
        written
    }

    /// Writes a file where the person wants it.
    pub(crate) async fn save(&self, saving: &Saving, path: &Path) -> Result<(), Fault> {
        let written = tokio::fs::write(path, &saving.octets).await;
        written.map_err(|error| {
            tracing::warn!(%error, "a file could not be saved");
            self.fault("cannot_save", &[])
        })
    }

    /// What waits in the outbox or was refused, if this person signed it.
    async fn sealed(&self, work: &Work, id: Uuid) -> Result<Option<Vec<u8>>, Fault> {
        let Some(outbox) = self.parts.outbox.clone() else {
            return Ok(None);
        };
        let owner = work.session.person().subject.clone();
        let looked = tokio::task::spawn_blocking(move || outbox.find(id, &owner));
        let found = looked.await.map_err(|_| self.fault("internal", &[]))?;
        let found = found.map_err(|error| {
            tracing::error!(%error, "the outbox cannot be read");
            self.fault("outbox_unreadable", &[])
        })?;
        Ok(found.map(|entry| entry.evidence().to_vec()))
    }

    /// What the records service keeps, with its receipt.
    async fn recorded(&self, work: &Arc<Work>, id: Uuid) -> Result<Vec<u8>, Fault> {
        let asked = self.ask(work, |records, token| async move {
            match records.signature(id, &token).await {
                Err(CallError::NotFound) => Ok(None),
                answer => answer.map(Some),
            }
        });
        let kept = asked
            .await?
            .ok_or_else(|| self.fault("evidence_gone", &[]))?;
        let malformed = || self.fault("records_malformed", &[]);
        let mut bundle = Bundle::parse(kept.evidence.as_slice())
            .map_err(|_| malformed())?
            .with_receipt(&kept.receipt);
        if let Some(token) = &kept.timestamp {
            bundle = bundle.with_timestamp(token.as_slice());
        }
        bundle.octets().map_err(|_| malformed())
    }
}

fn with_receipt(signature_id: &str, octets: Vec<u8>) -> Saving {
    Saving {
        file_name: format!("countersign-{signature_id}.json"),
        octets,
    }
}

/// Whoever finds the file must not take it for that of a recorded signature.
fn as_sealed(signature_id: &str, octets: Vec<u8>) -> Saving {
    Saving {
        file_name: format!("countersign-{signature_id}-sealed-without-receipt.json"),
        octets,
    }
}
