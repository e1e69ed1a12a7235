//! A records API in memory, that keeps logs as the contract says and fails when told to.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use records::{Access, AuditBatch, AuditHead, CallError, SecurityEvent};
use reporting::Receiver;
use serde_json::Value;

#[derive(Default)]
pub struct Kept(Mutex<State>);

#[derive(Default)]
struct State {
    logs: BTreeMap<String, Vec<String>>,
    batches: Vec<(u64, usize)>,
    told: Vec<SecurityEvent>,
    failing: Option<(Fails, u32)>,
    at_most: Option<(usize, TooLarge)>,
}

#[derive(Clone, Copy)]
pub enum Fails {
    Unavailable,
    Malformed,
}

/// Who says that it is too large, and how.
pub type TooLarge = fn() -> CallError;

impl Kept {
    pub fn fail(&self, how: Fails, times: u32) {
        self.state().failing = Some((how, times));
    }

    pub fn take_at_most(&self, lines: usize, says: TooLarge) {
        self.state().at_most = Some((lines, says));
    }

    /// Forgets all but so many lines.
    pub fn lose(&self, all_but: usize) {
        for lines in self.state().logs.values_mut() {
            lines.truncate(all_but);
        }
    }

    /// Takes what it has for another log.
    pub fn rename_log(&self, id: &str) {
        let mut state = self.state();
        let (_, lines) = state.logs.pop_first().unwrap();
        state.logs.insert(id.to_owned(), lines);
    }

    pub fn lines(&self) -> Vec<String> {
        self.state().logs.values().flatten().cloned().collect()
    }

    pub fn lines_of(&self, log: &str) -> Vec<String> {
        self.state().logs[log].clone()
    }

    /// The first number and the length of each batch that was taken.
    pub fn batches(&self) -> Vec<(u64, usize)> {
        self.state().batches.clone()
    }

    pub fn told(&self) -> Vec<SecurityEvent> {
        self.state().told.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn may_fail(&mut self) -> Result<(), CallError> {
        match &mut self.failing {
            Some((how, times)) if *times > 0 => {
                *times -= 1;
                Err(match how {
                    Fails::Unavailable => CallError::Unavailable { status: 503 },
                    Fails::Malformed => CallError::Unexpected { status: 400 },
                })
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Receiver for Kept {
    async fn ship(&self, batch: &AuditBatch, _: &Access) -> Result<AuditHead, CallError> {
        let mut state = self.state();
        state.may_fail()?;
        if let Some((most, says)) = state.at_most
            && batch.lines.len() > most
        {
            return Err(says());
        }
        let kept = state.logs.entry(batch.log.clone()).or_default();
        let known = usize::try_from(batch.first_seq - 1).unwrap();
        if known > kept.len() {
            return Err(CallError::AuditGap { resume: head(kept) });
        }
        let overlap = kept[known..].iter().zip(&batch.lines);
        if !overlap.into_iter().all(|(ours, theirs)| ours == theirs) {
            return Err(CallError::AuditFork { resume: head(kept) });
        }
        let new = batch.lines.iter().skip(kept.len() - known).cloned();
        let new: Vec<_> = new.collect();
        kept.extend(new);
        let answer = head(kept);
        state.batches.push((batch.first_seq, batch.lines.len()));
        Ok(answer)
    }

    async fn tell(&self, event: &SecurityEvent, _: &Access) -> Result<(), CallError> {
        let mut state = self.state();
        state.may_fail()?;
        state.told.push(event.clone());
        Ok(())
    }
}

fn head(lines: &[String]) -> AuditHead {
    let hash = |line: &String| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["hash"].as_str().unwrap().to_owned()
    };
    AuditHead {
        next_seq: lines.len() as u64 + 1,
        head: lines.last().map(hash),
    }
}

pub fn access() -> Access {
    Access::new("token".to_owned().into(), None)
}
