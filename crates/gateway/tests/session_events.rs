//! The stream on which the end of a session is told: at once, after a break, and otherwise when streams do not get through.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::time::Duration;

use clinic::people::{SignedIn, over_for};
use clinic::relay::Relay;
use clinic::{ADAMS, BAKER, Clinic};
use gateway::{Clock as _, SessionLimit, Store};
use http::Request;
use records::wire::{SESSION_HEADER, SessionEnd};
use records::{Client, SessionNews};
use secrecy::ExposeSecret as _;
use serde_json::json;
use transport::{LineLimits, Streamed};

const PC_1: &str = "ward-3-pc-1";
const PC_2: &str = "ward-3-pc-2";

async fn clinic() -> Clinic {
    Clinic::open_with(|config| config.sessions.limit = SessionLimit::OnePerSubject).await
}

/// Returns when so many listen.
async fn until_listening(clinic: &Clinic, count: usize) {
    while clinic.running.listeners() != count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for the end of the session while this happens.
async fn over_while(
    clinic: &Clinic,
    session: &SignedIn,
    client: &Client,
    happens: impl AsyncFnOnce(),
) -> records::SessionOver {
    let happens = async {
        until_listening(clinic, 1).await;
        happens().await;
    };
    tokio::join!(session.over(client), happens).0
}

#[tokio::test]
async fn a_session_hears_at_once_that_its_owner_signed_in_elsewhere() {
    let clinic = clinic().await;
    let first = clinic.sign_in(ADAMS, PC_1).await;

    let over = over_while(&clinic, &first, &clinic.client, async || {
        clinic.sign_in(ADAMS, PC_2).await;
    })
    .await;

    assert_eq!(over.why, SessionEnd::Elsewhere);
    assert_eq!(over.by_device.as_deref(), Some(PC_2));
    assert_eq!(over.at, Some(clinic.clock.now()));
    until_listening(&clinic, 0).await;
}

#[tokio::test]
async fn what_another_process_ended_is_told_as_well() {
    let clinic = clinic().await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    let another = Store::open(&clinic.database()).unwrap();

    let over = over_while(&clinic, &first, &clinic.client, async || {
        let now = clinic.clock.now();
        another.end_sessions(&clinic.subject(ADAMS), now).unwrap();
    })
    .await;

    assert_eq!(
        (over.why, over.by_device),
        (SessionEnd::Administrator, None)
    );
}

#[tokio::test]
async fn what_ended_while_nobody_listened_is_told_first_and_once() {
    let clinic = clinic().await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    let stream = first.listens().await;
    let heard = stream.last_event_id().cloned();
    drop(stream);
    clinic.sign_in(ADAMS, PC_2).await;

    let again = first
        .client
        .session_events(&first.access, heard.as_ref())
        .await;
    let mut again = again.unwrap();
    let told = again.next().await.unwrap();
    let heard = again.last_event_id().cloned();
    let once_more = first
        .client
        .session_events(&first.access, heard.as_ref())
        .await;

    assert!(
        matches!(&told, Some(SessionNews::Revoked(told)) if told.session == first.id && told.why == SessionEnd::Elsewhere),
        "{told:?}"
    );
    assert_eq!(again.next().await.unwrap(), None);
    assert_eq!(over_for(&once_more), Some(SessionEnd::Elsewhere));
}

#[tokio::test]
async fn a_client_whose_connection_broke_comes_back_and_hears_what_it_missed() {
    let clinic = clinic().await;
    let relay = Relay::before(clinic.running.address()).await;
    let through = Client::new(&relay.url, clinic.transport.clone()).unwrap();
    let first = clinic.sign_in(ADAMS, PC_1).await;

    let over = over_while(&clinic, &first, &through, async || {
        relay.goes_down();
        until_listening(&clinic, 0).await;
        clinic.sign_in(ADAMS, PC_2).await;
        relay.comes_back();
    })
    .await;

    assert_eq!(over.why, SessionEnd::Elsewhere);
    assert_eq!(over.by_device.as_deref(), Some(PC_2));
}

#[tokio::test]
async fn a_client_comes_back_after_the_gateway_was_away() {
    let mut kept = None;
    let clinic = Clinic::open_with(|config| {
        config.sessions.limit = SessionLimit::OnePerSubject;
        kept = Some(config.clone());
    })
    .await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    let mut config = kept.unwrap();
    config.listen = clinic.running.address();

    let over = over_while(&clinic, &first, &clinic.client, async || {
        clinic.running.stopper().cancel();
        until_listening(&clinic, 0).await;
        let another = Store::open(&clinic.database()).unwrap();
        another
            .end_sessions(&clinic.subject(ADAMS), clinic.clock.now())
            .unwrap();
        // The port is free when the last connection is gone.
        while gateway::serve(config.clone()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;

    assert_eq!(over.why, SessionEnd::Administrator);
}

#[tokio::test]
async fn where_streams_do_not_get_through_the_next_call_tells() {
    let clinic = clinic().await;
    let relay = Relay::before(clinic.running.address()).await;
    relay.blocks_streams();
    let through = Client::new(&relay.url, clinic.transport.clone()).unwrap();
    let first = clinic.sign_in(ADAMS, PC_1).await;

    let ends = async {
        while relay.blocked() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        clinic.sign_in(ADAMS, PC_2).await;
        through.in_session(&first.id).list_all(&first.access).await
    };
    let (over, called) = tokio::join!(first.over(&through), ends);

    assert_eq!(over_for(&called), Some(SessionEnd::Elsewhere));
    assert_eq!((over.why, over.at), (SessionEnd::Elsewhere, None));
    assert!(relay.blocked() > 0);
}

#[tokio::test]
async fn a_session_that_is_not_ones_own_is_not_listened_for() {
    let clinic = clinic().await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;
    let baker = clinic.sign_in(BAKER, PC_2).await;

    let foreign = adams.client.session_events(&baker.access, None).await;
    let without = clinic.client.session_events(&adams.access, None).await;

    for refused in [foreign, without] {
        assert_eq!(over_for(&refused), Some(SessionEnd::Unknown));
    }
    assert_eq!(clinic.running.listeners(), 0);
}

#[tokio::test]
async fn a_session_that_is_bound_to_a_key_listens_with_it() {
    let clinic = clinic().await;
    let first = clinic
        .sign_in_with(clinic.bound_token(ADAMS, 7), PC_1)
        .await
        .unwrap();

    let over = over_while(&clinic, &first, &clinic.client, async || {
        let elsewhere = clinic.bound_token(ADAMS, 8);
        clinic.sign_in_with(elsewhere, PC_2).await.unwrap();
    })
    .await;
    let other_key = clinic.bound_token(ADAMS, 9);
    let refused = first.client.session_events(&other_key, None).await;

    assert_eq!(over.why, SessionEnd::Elsewhere);
    assert_eq!(over_for(&refused), Some(SessionEnd::Unknown));
}

#[tokio::test]
async fn a_newer_stream_of_a_session_takes_the_older_ones_place() {
    let clinic = clinic().await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;
    let mut older = adams.listens().await;

    let _newer = adams.listens().await;

    assert_eq!(older.next().await.unwrap(), None);
    assert_eq!(clinic.running.listeners(), 1);
}

#[tokio::test]
async fn a_stream_ends_with_the_token_that_opened_it() {
    let clinic = Clinic::open_with(|config| config.clock_skew_s = 0).await;
    let exp = clinic.clock.now().as_second() + 1;
    let short = clinic.token_with(ADAMS, "exp", json!(exp)).into();
    let adams = clinic.sign_in_with(short, PC_1).await.unwrap();

    let mut stream = adams.listens().await;

    assert_eq!(stream.next().await.unwrap(), None);
}

#[tokio::test]
async fn a_gateway_that_stops_waits_for_nobody_who_only_listens() {
    let clinic = clinic().await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;
    let mut stream = adams.listens().await;

    let (ended, stopped) = tokio::join!(stream.next(), clinic.running.shutdown());

    assert_eq!(ended.unwrap(), None);
    stopped.unwrap();
}

#[tokio::test]
async fn silence_is_broken_from_time_to_time() {
    let clinic = Clinic::open_with(|config| {
        config.sessions.heartbeat = Duration::from_millis(20);
    })
    .await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;
    let request = Request::get(format!("{}v1/sessions/events", clinic.running.url()))
        .header(
            "authorization",
            format!("Bearer {}", adams.access.expose_secret()),
        )
        .header(SESSION_HEADER, adams.id.as_str())
        .body(Vec::new())
        .unwrap();
    let limits = LineLimits {
        max_line: 1024,
        idle: Duration::from_mins(1),
        total: Duration::from_mins(5),
    };

    let answer = clinic.transport.stream(request, limits).await.unwrap();

    let Streamed::Lines(reply) = answer else {
        panic!("there is no stream");
    };
    assert_eq!(reply.headers()["cache-control"], "no-store");
    assert_eq!(reply.headers()["x-accel-buffering"], "no");
    let mut lines = reply.into_body();
    let mut comments = 0;
    while comments < 3 {
        let line = lines.next().await.unwrap().unwrap();
        comments += usize::from(line.starts_with(b":"));
    }
}
