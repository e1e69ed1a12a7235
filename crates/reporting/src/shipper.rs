//! Sends the activity log to the records API: line by line as it stands in the files, in batches, from where the API has it.
//!
//! Where it goes on after a restart stands in a note beside the log; the API's answers overrule the note. An answer that
//! names another hash than ours means that one of the two histories is not the true one: nothing more is sent then, and
//! that is said, once.

use std::path::PathBuf;
use std::sync::Arc;

use audit::{AuditError, Follower, Head, Line, Measure, Shipped};
use jiff::Timestamp;
use records::{Access, AuditBatch, AuditHead, CallError, MAX_AUDIT_LINES};
use tokio::sync::Mutex;

use crate::Receiver;
use crate::pace::Pace;

/// The most octets of lines in one batch.
const MAX_OCTETS: usize = 256 * 1024;

/// Sends the log of this device.
pub struct Shipper {
    log: PathBuf,
    device: String,
    receiver: Arc<dyn Receiver>,
    /// Whoever sends holds this: one batch at a time.
    state: Mutex<State>,
}

/// What one round came to.
#[derive(Debug)]
pub enum Round {
    /// Everything is there.
    Nothing,
    /// It is not time to try again.
    Resting,
    /// The API has the log up to this entry.
    Shipped {
        /// The last entry that it has.
        through_seq: u64,
    },
    /// The API has another history of this device, or this one was cut off. Said once; it is tried again seldom.
    Contradicted {
        /// The first entry that does not fit.
        seq: u64,
    },
    /// Not this time.
    Failed {
        /// Why.
        why: Fault,
        /// When it is tried again.
        again_at: Timestamp,
    },
}

/// Why a batch did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The log cannot be read, or does not hold together.
    #[error(transparent)]
    Log(#[from] AuditError),
    /// The records API.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Reading was torn down with the program.
    #[error("interrupted")]
    Interrupted,
}

struct State {
    /// Which log this is, and how far it is sent; none before the first round.
    sending: Option<Sending>,
    pace: Pace,
    /// How many lines a batch has at most: fewer after the API found one too large.
    lines: usize,
    contradicted: bool,
}

#[derive(Clone)]
struct Sending {
    /// The hash of the first entry: a log that was begun anew has another one.
    log: String,
    place: Follower,
}

/// Where the log goes on, compared with where the API says that it does.
enum Position {
    /// There.
    At(Box<Follower>),
    /// The API names an entry that this log does not have, or has otherwise.
    Contradicted(u64),
}

impl Shipper {
    /// Of the log that begins in this file.
    pub fn new(log: PathBuf, device: String, receiver: Arc<dyn Receiver>) -> Self {
        let state = State {
            sending: None,
            pace: Pace::default(),
            lines: MAX_AUDIT_LINES,
            contradicted: false,
        };
        Self {
            log,
            device,
            receiver,
            state: Mutex::new(state),
        }
    }

    /// Sends the next batch, if there is one and it is time. `through` is the last entry that its writer has acknowledged:
    /// what comes after may vanish in a power loss.
    pub async fn round(&self, through: Head, access: &Access, now: Timestamp) -> Round {
        let mut state = self.state.lock().await;
        if !state.pace.is_due(now) {
            return Round::Resting;
        }
        match self.send(&mut state, through, access, now).await {
            Ok(Round::Contradicted { seq }) => {
                state.pace.hopeless(now);
                // The note may be what is wrong: the next time, the API is asked anew.
                state.sending = None;
                if std::mem::replace(&mut state.contradicted, true) {
                    Round::Resting
                } else {
                    Round::Contradicted { seq }
                }
            }
            Ok(round) => {
                state.pace.worked();
                round
            }
            Err(why) => Round::Failed {
                why,
                again_at: state.pace.failed(now),
            },
        }
    }

    /// Sends everything there is, batch by batch; says what the last round came to that was more than nothing.
    pub async fn drain(&self, through: Head, access: &Access, now: Timestamp) -> Round {
        let mut last = Round::Nothing;
        loop {
            match self.round(through, access, now).await {
                Round::Nothing => return last,
                shipped @ Round::Shipped { .. } => last = shipped,
                other => return other,
            }
        }
    }

    /// How far the log is sent, as far as is known here.
    pub async fn through(&self) -> Result<Option<Shipped>, AuditError> {
        let log = self.log.clone();
        read(move || audit::shipped::read(&log))
            .await
            .map_err(|fault| match fault {
                Fault::Log(error) => error,
                Fault::Call(_) | Fault::Interrupted => AuditError::Stopped,
            })
    }

    async fn send(
        &self,
        state: &mut State,
        through: Head,
        access: &Access,
        now: Timestamp,
    ) -> Result<Round, Fault> {
        let Some(mut sending) = self.sending(state).await? else {
            return Ok(Round::Nothing);
        };
        if let Some(seq) = cut_off(&sending, through) {
            return Ok(Round::Contradicted { seq });
        }
        let before = sending.place.clone();
        let measure = Measure {
            through: through.seq,
            lines: state.lines,
            octets: MAX_OCTETS,
        };
        let (place, lines) = next(sending.place, measure).await?;
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Ok(Round::Nothing);
        };
        let (first, last) = (first.head, last.head);
        let batch = AuditBatch {
            device: self.device.clone(),
            log: sending.log.clone(),
            first_seq: first.seq,
            lines: lines.into_iter().map(|line| line.text).collect(),
        };

        let answer = match self.receiver.ship(&batch, access).await {
            Ok(answer) | Err(CallError::AuditGap { resume: answer }) => answer,
            Err(CallError::AuditFork { resume }) => {
                let seq = resume.next_seq.min(first.seq);
                return Ok(Round::Contradicted { seq });
            }
            // A proxy may have a limit of its own.
            Err(error @ (CallError::TooLarge | CallError::InBetween { status: 413 }))
                if batch.lines.len() > 1 =>
            {
                state.lines = batch.lines.len() / 2;
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        sending.place = if is_after(&answer, last) {
            place
        } else {
            // The API has more than we knew, or less.
            match self.position(&answer).await? {
                Position::At(place) if place.head() == before.head() => {
                    // It asks for what was just sent.
                    let member = "next_seq".to_owned();
                    return Err(CallError::WrongShape { member }.into());
                }
                Position::At(place) => *place,
                Position::Contradicted(seq) => return Ok(Round::Contradicted { seq }),
            }
        };
        let head = sending.place.head();
        state.sending = Some(sending);
        state.lines = MAX_AUDIT_LINES;
        state.contradicted = false;
        self.note(Shipped { head, at: now }).await;
        Ok(Round::Shipped {
            through_seq: head.seq,
        })
    }

    /// Where sending goes on: as remembered, or as noted beside the log. None while the log is empty.
    async fn sending(&self, state: &State) -> Result<Option<Sending>, Fault> {
        if let Some(sending) = &state.sending {
            return Ok(Some(sending.clone()));
        }
        let log = self.log.clone();
        let ask_anew = state.contradicted;
        read(move || {
            let Some(id) = audit::chain_id(&log)? else {
                return Ok(None);
            };
            let noted = audit::shipped::read(&log)?.filter(|_| !ask_anew);
            let place = match noted {
                Some(noted) => Follower::after(&log, noted.head.seq)?
                    .filter(|place| place.head() == noted.head),
                None => None,
            };
            Ok(Some(Sending {
                log: id.to_string(),
                place: place.unwrap_or_else(|| Follower::from_start(&log)),
            }))
        })
        .await
    }

    async fn position(&self, answer: &AuditHead) -> Result<Position, Fault> {
        let (log, answer) = (self.log.clone(), answer.clone());
        read(move || {
            let seq = answer.next_seq.saturating_sub(1);
            let place = Follower::after(&log, seq)?.filter(|place| {
                let ours = place.head().hash.to_string();
                seq == 0 || answer.head.as_ref() == Some(&ours)
            });
            Ok(match place {
                Some(place) => Position::At(Box::new(place)),
                None => Position::Contradicted(seq),
            })
        })
        .await
    }

    /// Without its note, the next start sends what is there already, which is no error.
    async fn note(&self, shipped: Shipped) {
        let log = self.log.clone();
        let noted = read(move || audit::shipped::write(&log, &shipped)).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "how far the activity log was sent could not be noted");
        }
    }
}

/// The log does not reach as far as what was sent of it.
fn cut_off(sending: &Sending, through: Head) -> Option<u64> {
    (sending.place.head().seq > through.seq).then_some(through.seq + 1)
}

/// Whether the API has everything up to this entry, and nothing else.
fn is_after(answer: &AuditHead, last: Head) -> bool {
    answer.next_seq == last.seq + 1
        && answer.head.as_deref() == Some(last.hash.to_string().as_str())
}

async fn next(mut place: Follower, measure: Measure) -> Result<(Follower, Vec<Line>), Fault> {
    read(move || {
        let lines = place.next(measure)?;
        Ok((place, lines))
    })
    .await
}

/// Files are read where nobody else waits for it.
async fn read<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AuditError> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Fault::Log),
        Err(_) => Err(Fault::Interrupted),
    }
}
