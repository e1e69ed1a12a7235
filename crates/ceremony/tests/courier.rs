//! What waits in the outbox is delivered, refused or tried again, each signature for itself; and what became of it stands in
//! the audit log, once, whatever fails in between.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use audit::Event;
use ceremony::{Courier, Delivered, Ending, Outbox, SharedOutbox, Submission};
use demo::idp::ADAMS;
use jiff::{SignedDuration, Timestamp};
use records::{Decline, Waiting, WaitingState};
use rstest::rstest;
use support::ports::Network;
use support::robot_agent::Person;
use support::trouble::{Counting, Disk, Faulty, proxy_that_answers};
use support::{AMENDMENT, Ward};
use uuid::Uuid;

/// Another amendment that Dr. Adams may sign.
const ANOTHER: &str = "AM-1209";

/// What becomes of an amendment while its signature waits.
#[derive(Clone, Copy)]
enum Meanwhile {
    /// Its record gets another version: 412.
    Changed,
    /// It is declined: 409.
    Declined,
}

#[rstest]
#[case::changed(Meanwhile::Changed, "record_changed")]
#[case::declined(Meanwhile::Declined, "not_pending")]
#[tokio::test]
async fn a_delivery_that_is_refused_for_good_is_written_down_explained_and_kept(
    #[case] meanwhile: Meanwhile,
    #[case] noted: &str,
) {
    let mut ward = Ward::open().await;
    let sealed = seal(&mut ward, AMENDMENT).await;
    happens(&ward, meanwhile).await;

    let round = round(&ward, &ward.courier(), Timestamp::now()).await;

    assert!(
        matches!(&round[..], [Delivered::Refused { .. }]),
        "{round:?}"
    );
    let kept = ward.waiting();
    assert_eq!(kept[0].note.state, WaitingState::Refused);
    assert_eq!(kept[0].note.last_error.as_deref(), Some(noted));
    assert_eq!(kept[0].evidence(), sealed.evidence());
    let written = ward.entries().pop().unwrap();
    let Event::RecordChanged {
        record,
        read_version,
        ..
    } = &written.event
    else {
        panic!("{written:?}");
    };
    assert_eq!((record.as_str(), read_version.as_str()), ("LAB-88123", "3"));
    assert_eq!(reference_of(&written), sealed.note.reference);
    let later = Timestamp::now() + SignedDuration::from_hours(24);
    assert!(self::round(&ward, &ward.courier(), later).await.is_empty());
    assert!(!ward.outbox.waits_for(AMENDMENT).unwrap());
}

#[tokio::test]
async fn a_refusal_that_cannot_be_marked_is_told_again_and_written_down_once() {
    let mut ward = Ward::open().await;
    seal(&mut ward, AMENDMENT).await;
    happens(&ward, Meanwhile::Changed).await;
    let outbox = Faulty::over(&ward, &["refused"]);
    let courier = courier(&ward, &outbox);
    let mut now = Timestamp::now();

    for _ in 0..2 {
        let round = round(&ward, &courier, now).await;
        assert!(
            matches!(
                &round[..],
                [Delivered::Later {
                    why: "not_written",
                    ..
                }]
            ),
            "{round:?}"
        );
        now += SignedDuration::from_mins(1);
    }
    assert_eq!(ward.waiting()[0].note.state, WaitingState::Waiting);
    outbox.mend();
    let round = round(&ward, &courier, now).await;

    assert!(
        matches!(&round[..], [Delivered::Refused { .. }]),
        "{round:?}"
    );
    assert_eq!(how_often(&ward, "record_changed"), 1);
}

#[tokio::test]
async fn a_refusal_that_cannot_be_written_down_is_not_marked() {
    let mut ward = Ward::open().await;
    seal(&mut ward, AMENDMENT).await;
    happens(&ward, Meanwhile::Changed).await;
    *ward.trail.fails_at.lock().unwrap() = Some("record_changed");

    let round = round(&ward, &ward.courier(), Timestamp::now()).await;

    assert!(matches!(&round[..], [Delivered::Later { .. }]), "{round:?}");
    assert_eq!(ward.waiting()[0].note.state, WaitingState::Waiting);
}

#[tokio::test]
async fn a_delivery_that_was_not_written_down_is_written_down_with_the_next_round() {
    let mut ward = Ward::open().await;
    let sealed = seal(&mut ward, AMENDMENT).await;
    *ward.trail.fails_at.lock().unwrap() = Some("signature_recorded");
    let first = round(&ward, &ward.courier(), Timestamp::now()).await;
    assert!(
        matches!(&first[..], [Delivered::Recorded { .. }]),
        "{first:?}"
    );
    let owner = ward.person();
    assert!(ward.outbox.has_delivered(&owner).unwrap());
    assert_eq!(how_often(&ward, "signature_recorded"), 0);
    *ward.trail.fails_at.lock().unwrap() = None;

    for _ in 0..2 {
        let round = round(&ward, &ward.courier(), Timestamp::now()).await;
        assert!(round.is_empty(), "{round:?}");
    }

    assert_eq!(how_often(&ward, "signature_recorded"), 1);
    let written = ward.entries().pop().unwrap();
    assert_eq!(reference_of(&written), sealed.note.reference);
    assert!(matches!(
        written.event,
        Event::SignatureRecorded {
            from_outbox: true,
            receipt: 1,
            ..
        }
    ));
    assert!(!ward.outbox.has_delivered(&owner).unwrap());
}

#[tokio::test]
async fn a_ceremony_that_was_killed_before_its_last_entry_is_written_down_with_the_next_round() {
    let mut ward = Ward::open().await;
    *ward.trail.fails_at.lock().unwrap() = Some("signature_recorded");
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert!(!ended.cleanup.audited);
    *ward.trail.fails_at.lock().unwrap() = None;

    round(&ward, &ward.courier(), Timestamp::now()).await;

    assert_eq!(how_often(&ward, "signature_recorded"), 1);
    let written = ward.entries().pop().unwrap();
    assert_eq!(reference_of(&written), ended.reference.to_string());
    assert!(!ward.outbox.has_delivered(&ward.person()).unwrap());
}

#[tokio::test]
async fn what_stands_in_the_log_already_is_not_written_again() {
    let mut ward = Ward::open().await;
    seal(&mut ward, AMENDMENT).await;
    let outbox = Faulty::over(&ward, &["forget"]);
    let courier = courier(&ward, &outbox);
    for _ in 0..3 {
        round(&ward, &courier, Timestamp::now()).await;
    }
    let owner = ward.person();
    assert!(ward.outbox.has_delivered(&owner).unwrap());
    outbox.mend();

    round(&ward, &courier, Timestamp::now()).await;

    assert_eq!(how_often(&ward, "signature_recorded"), 1);
    assert!(!ward.outbox.has_delivered(&owner).unwrap());
}

#[tokio::test]
async fn evidence_that_a_ceremony_delivered_and_could_not_release_is_not_recorded_twice_in_the_log()
{
    let mut ward = Ward::open().await;
    let outbox = Faulty::over(&ward, &["delivered"]);
    let mut ports = ward.ports();
    ports.outbox = Some(Arc::clone(&outbox) as Arc<dyn Outbox>);
    let request = ward.request(AMENDMENT).await;
    let signing = ward.desk().begin(request, ports, Arc::new(|_| {})).unwrap();
    let ended = signing.ended().await.unwrap();
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert_eq!(ward.waiting().len(), 1);

    let round = round(&ward, &ward.courier(), Timestamp::now()).await;

    assert!(
        matches!(&round[..], [Delivered::Recorded { .. }]),
        "{round:?}"
    );
    assert_eq!(ward.clinic.committed().unwrap(), 1);
    assert_eq!(how_often(&ward, "signature_recorded"), 1);
    assert!(ward.waiting().is_empty());
}

#[tokio::test]
async fn an_entry_that_nothing_can_be_noted_of_keeps_no_other_back_and_is_not_sent_without_pause() {
    let mut ward = Ward::open().await;
    let disk = Disk::holding(&mut ward).await;
    let stuck = seal(&mut ward, AMENDMENT).await.note.signature_id;
    let other = seal(&mut ward, ANOTHER).await.note.signature_id;
    *disk.full_for.lock().unwrap() = Some(stuck);
    let line = Counting::over(&ward);
    let courier = Courier::new(
        Arc::new(SharedOutbox(Arc::clone(&ward.outbox))),
        Arc::clone(&line) as Arc<dyn Submission>,
        Arc::new(ward.trail.clone()),
    );
    let now = Timestamp::now();

    let first = round(&ward, &courier, now).await;

    let [
        Delivered::Later { waiting, why },
        Delivered::Recorded { waiting: done, .. },
    ] = &first[..]
    else {
        panic!("{first:?}");
    };
    assert_eq!(
        (waiting.note.signature_id, *why, done.note.signature_id),
        (stuck, "not_written", other)
    );
    let soon = now + SignedDuration::from_secs(4);
    assert!(round(&ward, &courier, soon).await.is_empty());
    assert_eq!(line.sent.load(Ordering::SeqCst), 2, "it rests");

    *disk.full_for.lock().unwrap() = None;
    let later = now + SignedDuration::from_secs(5);
    let last = round(&ward, &courier, later).await;
    assert!(
        matches!(&last[..], [Delivered::Recorded { .. }]),
        "{last:?}"
    );
    assert_eq!(how_often(&ward, "signature_recorded"), 2);
    assert_eq!(ward.clinic.committed().unwrap(), 2);
}

#[tokio::test]
async fn two_who_deliver_at_once_send_nothing_twice() {
    let mut ward = Ward::open().await;
    seal(&mut ward, AMENDMENT).await;
    let line = Counting::over(&ward);
    let by_the_clock = Courier::new(
        Arc::new(SharedOutbox(Arc::clone(&ward.outbox))),
        Arc::clone(&line) as Arc<dyn Submission>,
        Arc::new(ward.trail.clone()),
    );
    let by_hand = by_the_clock.clone();
    let now = Timestamp::now();

    let rounds = tokio::join!(
        round(&ward, &by_the_clock, now),
        round(&ward, &by_hand, now)
    );

    assert_eq!(line.sent.load(Ordering::SeqCst), 1, "{rounds:?}");
    assert_eq!(how_often(&ward, "signature_recorded"), 1);
}

#[rstest]
#[case(404)]
#[case(409)]
#[case(412)]
#[case(413)]
#[case(422)]
#[tokio::test]
async fn what_a_proxy_says_while_the_service_is_replaced_ends_no_signature(#[case] status: u16) {
    let mut ward = Ward::open().await;
    seal(&mut ward, AMENDMENT).await;
    let courier = courier_through_a_proxy_that_answers(&ward, status).await;
    let now = Timestamp::now();

    let meanwhile = round(&ward, &courier, now).await;

    assert!(
        matches!(
            &meanwhile[..],
            [Delivered::Later {
                why: "unreachable",
                ..
            }]
        ),
        "{meanwhile:?}"
    );
    let later = now + SignedDuration::from_mins(1);
    let after = round(&ward, &ward.courier(), later).await;
    assert!(
        matches!(&after[..], [Delivered::Recorded { .. }]),
        "{after:?}"
    );
}

#[tokio::test]
async fn where_nobody_answers_a_round_ends_and_what_it_did_not_come_to_is_due_in_the_next() {
    let mut ward = Ward::open().await;
    seal(&mut ward, AMENDMENT).await;
    seal(&mut ward, ANOTHER).await;
    let nobody = courier_through_a_proxy_that_answers(&ward, 502).await;
    let now = Timestamp::now();

    let in_vain = round(&ward, &nobody, now).await;

    let [Delivered::Later { waiting: tried, .. }] = &in_vain[..] else {
        panic!("{in_vain:?}");
    };
    let next = round(&ward, &ward.courier(), now).await;
    let [Delivered::Recorded { waiting, .. }] = &next[..] else {
        panic!("{next:?}");
    };
    assert_ne!(waiting.note.signature_id, tried.note.signature_id);
    let later = now + SignedDuration::from_mins(1);
    round(&ward, &ward.courier(), later).await;
    assert_eq!(ward.clinic.committed().unwrap(), 2);
}

/// Signs while nothing arrives, so that the signature waits.
async fn seal(ward: &mut Ward, amendment: &str) -> Waiting {
    // One authentication, one signature: providers tell whole seconds.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    ward.set_network(Network::IsDown);
    let sent = ward.line.tokens.lock().unwrap().len();
    let before: BTreeSet<_> = ids(&ward.waiting());
    let request = ward.request(amendment).await;
    let under_way = ward.begin_with(request).unwrap();
    while ward.line.tokens.lock().unwrap().len() == sent {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    under_way.cancel();
    let ended = under_way.ended().await.unwrap();
    assert!(matches!(ended.ending, Ending::Unconfirmed(_)), "{ended:?}");
    ward.set_network(Network::Works);
    let mut waiting = ward.waiting();
    waiting.retain(|entry| !before.contains(&entry.note.signature_id));
    waiting.remove(0)
}

fn ids(waiting: &[Waiting]) -> BTreeSet<Uuid> {
    let ids = waiting.iter().map(|entry| entry.note.signature_id);
    ids.collect()
}

async fn happens(ward: &Ward, meanwhile: Meanwhile) {
    let amendment = ward.amendment(AMENDMENT).await;
    match meanwhile {
        Meanwhile::Changed => {
            let octets = amendment.base.as_slice();
            ward.clinic.change_record_behind(AMENDMENT, octets).unwrap();
        }
        Meanwhile::Declined => {
            let token = ward.session.access_token(Timestamp::now()).await.unwrap();
            let decline = Decline {
                reason: "Read off wrongly.".to_owned(),
            };
            ward.line
                .client
                .decline(AMENDMENT, &amendment.etag, &decline, &token)
                .await
                .unwrap();
        }
    }
}

async fn round(ward: &Ward, courier: &Courier, now: Timestamp) -> Vec<Delivered> {
    let token = ward.session.access_token(Timestamp::now()).await.unwrap();
    let actor = audit::Actor::Device("ward-3".into());
    let turn = courier.turn().await;
    let round = turn.round(&ward.person(), &token, &actor, now).await;
    round.unwrap()
}

fn courier(ward: &Ward, outbox: &Arc<Faulty>) -> Courier {
    Courier::new(
        Arc::clone(outbox) as Arc<dyn Outbox>,
        Arc::new(ward.line.clone()),
        Arc::new(ward.trail.clone()),
    )
}

async fn courier_through_a_proxy_that_answers(ward: &Ward, status: u16) -> Courier {
    let proxy = proxy_that_answers(status).await;
    let through = records::Client::new(&proxy, ward.transport.clone()).unwrap();
    Courier::new(
        Arc::new(SharedOutbox(Arc::clone(&ward.outbox))),
        Arc::new(through),
        Arc::new(ward.trail.clone()),
    )
}

fn reference_of(recorded: &audit::Recorded) -> String {
    recorded.reference.unwrap().to_string()
}

fn how_often(ward: &Ward, event: &str) -> usize {
    ward.events().iter().filter(|name| **name == event).count()
}
