//! The preflight, against providers that sign in by themselves, that answer with a page, and that answer with an error;
//! under each of the three rules that policy knows.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use ceremony::{Ended, Ending, Failure, IdpSessionEnd, Outward, TokenEnd};
use demo::idp::{ADAMS, Endpoint, Fault, Faults};
use identity::{Obstacle, Refusal};
use policy::Preflight;
use rstest::rstest;
use support::Ward;
use support::robot_agent::{Person, Troubles};

/// Longer than a preflight and a whole ceremony may take, on however slow a machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A ceremony in front of a provider with this fault, and what it was asked meanwhile.
struct Attempt {
    ward: Ward,
    ended: Ended,
    asked: Vec<(Endpoint, Option<String>)>,
}

impl Attempt {
    async fn with(faults: Faults, rule: Preflight) -> Self {
        Self::limited_to(faults, rule, 300).await
    }

    async fn limited_to(faults: Faults, rule: Preflight, seconds: u32) -> Self {
        let mut ward = Ward::with_policy(|policy| {
            policy.signing.ambient_preflight = rule;
            policy.signing.timeout_s = seconds;
        })
        .await;
        ward.idp().set_faults(faults);
        let before = ward.idp().requests().len();
        let signing = ward.sign_as(Person::SignsInAs(&ADAMS));
        let ended = tokio::time::timeout(PATIENCE, signing).await.unwrap();
        let asked = ward.idp().requests().split_off(before);
        let prompt = |parameters: &[(String, String)]| {
            let prompt = parameters.iter().find(|(name, _)| name == "prompt");
            prompt.map(|(_, value)| value.clone())
        };
        let asked = asked
            .iter()
            .map(|request| (request.endpoint, prompt(&request.parameters)));
        Self {
            asked: asked.collect(),
            ward,
            ended,
        }
    }

    fn times(&self, endpoint: Endpoint) -> usize {
        let there = self.asked.iter().filter(|(asked, _)| *asked == endpoint);
        there.count()
    }

    /// The `prompt` of every authorization request that reached the provider, oldest first.
    fn prompts(&self) -> Vec<&str> {
        let there = self
            .asked
            .iter()
            .filter(|(asked, _)| *asked == Endpoint::Authorization);
        there.filter_map(|(_, prompt)| prompt.as_deref()).collect()
    }

    /// Nobody saw a page, nothing was exchanged, and nothing is signed or left.
    async fn came_to_nothing(&self) {
        assert_eq!(self.times(Endpoint::Token), 0);
        assert_eq!(self.times(Endpoint::SignIn), 0);
        assert!(!self.prompts().contains(&"login"), "{:?}", self.asked);
        assert_eq!(self.ended.cleanup.access_token, TokenEnd::None);
        assert_eq!(self.ward.clinic.committed().unwrap(), 0);
        assert!(self.ward.waiting().is_empty());
        assert!(self.ward.agent.is_closed());
        assert_eq!(self.ward.foreign_tokens(), []);
        assert_eq!(self.ward.events().last(), Some(&"cleaned_up"));
        self.ward.idp().set_faults(Faults::none());
        assert!(self.ward.session_still_works().await);
    }
}

#[rstest]
#[case::with_a_code(Fault::AmbientSignIn)]
#[case::where_only_consent_is_missing(Fault::PreflightConsentRequired)]
#[tokio::test]
async fn a_jar_that_signs_in_by_itself_ends_the_ceremony_wherever_anybody_looks(
    #[case] fault: Fault,
    #[values(Preflight::Require, Preflight::Record)] rule: Preflight,
) {
    let attempt = Attempt::with(Faults::only(fault), rule).await;

    assert_eq!(attempt.ended.ending, Ending::AmbientSignIn);
    assert_eq!(attempt.ended.outward(), Outward::NotApplied);
    assert_eq!(attempt.prompts(), ["none"]);
    attempt.came_to_nothing().await;
    assert_eq!(
        attempt.ward.events()[..2],
        ["signing_started", "ambient_sign_in"]
    );
    let told = attempt.ward.clinic.store().security_events().unwrap();
    assert_eq!(told[0].kind, "ambient-sign-in");
}

#[tokio::test]
async fn the_session_that_a_jar_had_by_itself_is_not_ended() {
    let attempt = Attempt::with(Faults::only(Fault::AmbientSignIn), Preflight::Require).await;

    assert_eq!(attempt.ended.cleanup.idp_session, IdpSessionEnd::None);
    assert_eq!(attempt.times(Endpoint::EndSession), 0);
}

#[rstest]
#[case::page(Fault::PreflightPage)]
#[case::server_error(Fault::PreflightServerError)]
#[case::invalid_request(Fault::PreflightInvalidRequest)]
#[case::unknown_error(Fault::PreflightUnknownError)]
#[tokio::test]
async fn without_a_clear_answer_nothing_is_shown_where_policy_requires_one(#[case] fault: Fault) {
    let attempt = Attempt::with(Faults::only(fault), Preflight::Require).await;

    let ending = Ending::Failed(Failure::PreflightInconclusive);
    assert_eq!(attempt.ended.ending, ending);
    assert_eq!(attempt.ended.outward(), Outward::NotApplied);
    attempt.came_to_nothing().await;
    assert_eq!(
        attempt.ward.events(),
        ["signing_started", "signature_failed", "cleaned_up"]
    );
}

#[rstest]
#[case::page(Fault::PreflightPage)]
#[case::server_error(Fault::PreflightServerError)]
#[case::invalid_request(Fault::PreflightInvalidRequest)]
#[case::unknown_error(Fault::PreflightUnknownError)]
#[tokio::test]
async fn without_a_clear_answer_it_is_written_down_and_goes_on_in_the_same_jar_where_policy_records(
    #[case] fault: Fault,
) {
    let attempt = Attempt::with(Faults::only(fault), Preflight::Record).await;

    let recorded = matches!(attempt.ended.ending, Ending::Recorded(_));
    assert!(recorded, "{:?}", attempt.ended);
    assert_eq!(
        attempt.ward.events(),
        [
            "signing_started",
            "preflight_inconclusive",
            "signature_sealed",
            "signature_recorded",
            "cleaned_up"
        ]
    );
    assert_eq!(attempt.ward.agent.jars.lock().unwrap().len(), 1);
    assert_eq!(attempt.times(Endpoint::Token), 1);
    assert!(attempt.prompts().contains(&"login"));
    assert_eq!(attempt.ward.foreign_tokens(), []);
}

#[tokio::test]
async fn where_policy_does_not_look_the_first_request_is_the_signers() {
    let attempt = Attempt::with(Faults::only(Fault::AmbientSignIn), Preflight::Off).await;

    let recorded = matches!(attempt.ended.ending, Ending::Recorded(_));
    assert!(recorded, "{:?}", attempt.ended);
    assert_eq!(attempt.prompts().first(), Some(&"login"));
    assert_eq!(attempt.times(Endpoint::Token), 1);
    let events = attempt.ward.events();
    assert!(!events.iter().any(|event| event.starts_with("preflight")));
    // The question after logout is the only one with prompt=none. Its code proves that a session is left; it is not
    // exchanged either.
    assert_eq!(
        attempt.ended.cleanup.idp_session,
        IdpSessionEnd::LeftToExpire
    );
}

#[tokio::test]
async fn a_preflight_is_held_to_the_limit_of_the_ceremony() {
    let faults = Faults::only(Fault::PreflightPage);
    let attempt = Attempt::limited_to(faults, Preflight::Record, 2).await;

    assert_eq!(attempt.ended.ending, Ending::TimedOut);
    attempt.came_to_nothing().await;
}

#[rstest]
#[case::state(Fault::StateWrong, Refusal::StateMismatch)]
#[case::no_state(Fault::StateMissing, Refusal::StateMismatch)]
#[case::issuer(Fault::ResponseIssuerWrong, Refusal::ResponseIssuerMismatch)]
#[case::twice(Fault::CodeTwice, Refusal::CallbackMalformed)]
#[tokio::test]
async fn a_forged_answer_to_the_preflight_is_refused_under_its_own_name(
    #[case] fault: Fault,
    #[case] refusal: Refusal,
    #[values(Preflight::Require, Preflight::Record)] rule: Preflight,
) {
    let faults = Faults::only(Fault::AmbientSignIn).with(fault);
    let attempt = Attempt::with(faults, rule).await;

    assert_eq!(attempt.ended.ending, Ending::Refused(refusal));
    attempt.came_to_nothing().await;
}

#[rstest]
#[tokio::test]
async fn a_pushed_request_that_breaks_is_no_answer_and_ends_the_ceremony(
    #[values(Preflight::Require, Preflight::Record)] rule: Preflight,
) {
    let attempt = Attempt::with(Faults::only(Fault::PushedRequestError), rule).await;

    let ending = Ending::Failed(Failure::IdentityProviderUnusable(Some(
        Obstacle::ReplyUnreadable,
    )));
    assert_eq!(attempt.ended.ending, ending);
    assert_eq!(attempt.times(Endpoint::Authorization), 0, "no fallback");
    attempt.came_to_nothing().await;
}

#[tokio::test]
async fn an_empty_jar_that_signs_in_by_itself_ends_the_ceremony_and_its_code_is_not_exchanged() {
    let mut ward = Ward::open().await;
    ward.idp().set_faults(Faults::only(Fault::AmbientSignIn));
    let exchanges = token_requests(&ward);

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert_eq!(ended.ending, Ending::AmbientSignIn);
    assert_eq!(ended.outward(), Outward::NotApplied);
    assert_eq!(token_requests(&ward), exchanges);
    assert!(ward.events().contains(&"ambient_sign_in"));
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    assert!(ward.agent.is_closed());
    let told = ward.clinic.store().security_events().unwrap();
    assert_eq!(told[0].kind, "ambient-sign-in");
}

#[tokio::test]
async fn a_preflight_without_an_answer_ends_the_ceremony_where_policy_requires_one() {
    let mut ward = Ward::open().await;
    ward.agent.have(DEAF);
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(ended.ending, Ending::Failed(Failure::PreflightInconclusive));
    assert_eq!(ended.outward(), Outward::NotApplied);
    assert!(ward.events().contains(&"signature_failed"));
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    assert!(ward.session_still_works().await);
    ward.is_clean().await;
}

#[tokio::test]
async fn a_preflight_without_an_answer_is_noted_where_policy_only_records() {
    let mut ward =
        Ward::with_policy(|policy| policy.signing.ambient_preflight = Preflight::Record).await;
    ward.agent.have(DEAF);
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert!(ward.events().contains(&"preflight_inconclusive"));
    // Nothing confirmed that the provider's session is over.
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::LeftToExpire);
}

#[tokio::test]
async fn a_jar_that_signs_in_by_itself_ends_the_ceremony_also_where_policy_only_records() {
    let mut ward =
        Ward::with_policy(|policy| policy.signing.ambient_preflight = Preflight::Record).await;
    ward.idp().set_faults(Faults::only(Fault::AmbientSignIn));
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(ended.ending, Ending::AmbientSignIn);
}

#[tokio::test]
async fn without_a_preflight_the_ceremony_goes_straight_to_the_signer() {
    let mut ward =
        Ward::with_policy(|policy| policy.signing.ambient_preflight = Preflight::Off).await;
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert!(!ward.events().contains(&"preflight_passed"));
}

/// Pages out of sight lead nowhere, as behind a provider that shows a page instead of answering.
const DEAF: Troubles = Troubles {
    no_display: false,
    slow_to_open: false,
    panics_on_open: false,
    panics_on_close: false,
    never_closes: false,
    deaf_when_hidden: true,
};

fn token_requests(ward: &Ward) -> usize {
    ward.idp()
        .requests()
        .iter()
        .filter(|request| request.endpoint == demo::idp::Endpoint::Token)
        .count()
}
