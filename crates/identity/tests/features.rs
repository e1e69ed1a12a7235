//! Each optional feature of the protocol, with a provider that offers it and with one that does not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Clinic, Failed, forced, redirect_uri, strict};
use demo::idp::{
    ACR_ONE_FACTOR, ACR_TWO_FACTORS, ADAMS, BAKER, Endpoint, Fault, Faults, IdpConfig, MaxAgeZero,
    Offers,
};
use demo::robot::Browser;
use identity::{
    Authenticated, Declined, Demands, Expectations, IdentityError, Prompt, RelyingParty,
    Revocation, TokenKind,
};
use jiff::Timestamp;
use rstest::rstest;
use secrecy::ExposeSecret;

async fn clinic(change: impl FnOnce(&mut Offers)) -> Clinic {
    let mut offers = Offers::default();
    change(&mut offers);
    let config = IdpConfig {
        offers,
        ..IdpConfig::default()
    };
    Clinic::at(config).await
}

/// One authentication with these demands, without any expectation but that it answers them.
async fn authenticate(clinic: &Clinic, demands: &Demands) -> Result<Authenticated, Failed> {
    let now = Timestamp::now();
    let mut provider = clinic.party.discover(now).await?;
    let pending = clinic.request(&provider, demands).await?;
    let callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, true)
        .await
        .expect("the demo provider shows its pages");
    let code = pending.receive(&callback).map_err(Failed::Declined)?;
    let redeemed = clinic
        .party
        .redeem(&mut provider, pending, code, &Expectations::default(), now)
        .await;
    Ok(redeemed?)
}

fn asked(clinic: &Clinic, endpoint: Endpoint) -> usize {
    let asked = clinic.asked();
    asked.into_iter().filter(|at| *at == endpoint).count()
}

#[rstest]
#[case::offered(true)]
#[case::not_offered(false)]
#[tokio::test]
async fn a_request_is_pushed_where_that_is_offered_and_in_the_address_where_not(
    #[case] offered: bool,
) {
    let clinic = clinic(|offers| offers.pushed_requests = offered).await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let pending = clinic.request(&provider, &forced()).await.unwrap();
    let names: Vec<_> = pending
        .url
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(names == ["client_id", "request_uri"], offered, "{names:?}");
    assert_eq!(names.iter().any(|name| name == "state"), !offered);
    assert_eq!(
        asked(&clinic, Endpoint::PushedRequest),
        usize::from(offered)
    );

    let signed_in = clinic.authenticate(&ADAMS).await;
    assert!(signed_in.is_ok(), "{signed_in:?}");
}

#[tokio::test]
async fn after_a_refused_pushed_request_nothing_goes_through_the_agent_instead() {
    let clinic = Clinic::with(Faults::only(Fault::PushedRequestError)).await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();

    let refused = clinic.request(&provider, &forced()).await;

    assert!(
        matches!(refused, Err(IdentityError::BadReply { status: 500, .. })),
        "{refused:?}"
    );
    assert_eq!(asked(&clinic, Endpoint::PushedRequest), 1);
    assert_eq!(asked(&clinic, Endpoint::Authorization), 0);
}

#[rstest]
#[case::offered(true)]
#[case::not_offered(false)]
#[tokio::test]
async fn the_issuer_in_the_response_is_demanded_where_it_is_promised(#[case] offered: bool) {
    let clinic = clinic(|offers| offers.response_issuer = offered).await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    assert_eq!(provider.answers_with_issuer(), offered);
    let pending = clinic.request(&provider, &forced()).await.unwrap();
    let mut callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, true)
        .await
        .unwrap();
    let code = pending.receive(&callback).unwrap();
    assert_eq!(code.iss().is_some(), offered);

    let without: Vec<_> = callback
        .query_pairs()
        .filter(|(name, _)| name != "iss")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    callback.query_pairs_mut().clear().extend_pairs(without);
    assert_eq!(pending.receive(&callback).is_ok(), !offered);
    // A wrong one never passes, promised or not.
    callback
        .query_pairs_mut()
        .append_pair("iss", "https://id.other.example");
    assert!(pending.receive(&callback).is_err());
}

#[rstest]
#[case::asked_for(true)]
#[case::not_asked_for(false)]
#[tokio::test]
async fn the_time_of_authentication_is_an_essential_claim_where_it_counts(#[case] wanted: bool) {
    let clinic = Clinic::open().await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        essential_auth_time: wanted,
        ..Demands::default()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    let claims = pending.parameters.get("claims").map(String::as_str);
    let essential = r#"{"id_token":{"auth_time":{"essential":true}}}"#;
    assert_eq!(claims, wanted.then_some(essential));
}

#[rstest]
#[case::named(true)]
#[case::not_named(false)]
#[tokio::test]
async fn a_named_subject_alone_may_answer_and_without_a_name_anybody_may(#[case] named: bool) {
    let clinic = Clinic::open().await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        request_subject: named.then(|| ADAMS.subject.to_owned()),
        ..forced()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    let somebody_else = Browser::new().sign_in(&pending.url, &BAKER, true).await;
    assert_eq!(somebody_else.is_err(), named);
}

#[rstest]
#[case::two_factors(Some(ACR_TWO_FACTORS), ACR_TWO_FACTORS)]
#[case::one_factor(Some(ACR_ONE_FACTOR), ACR_ONE_FACTOR)]
#[case::whatever_it_takes(None, ACR_ONE_FACTOR)]
#[tokio::test]
async fn the_contexts_that_are_demanded_are_asked_for(
    #[case] demanded: Option<&str>,
    #[case] met: &str,
) {
    let clinic = Clinic::open().await;
    let demands = Demands {
        acr_values: demanded.into_iter().map(str::to_owned).collect(),
        ..Demands::default()
    };
    let authenticated = authenticate(&clinic, &demands).await.unwrap();
    assert_eq!(authenticated.acr.as_deref(), Some(met));
}

#[rstest]
#[case::known(Some("adams"))]
#[case::unknown(None)]
#[tokio::test]
async fn a_login_hint_is_given_where_one_is_known(#[case] hint: Option<&str>) {
    let clinic = Clinic::open().await;
    let demands = Demands {
        login_hint: hint.map(str::to_owned),
        ..forced()
    };
    authenticate(&clinic, &demands).await.unwrap();
    let requests = clinic.idp.requests();
    let pushed = requests
        .iter()
        .find(|request| request.endpoint == Endpoint::PushedRequest);
    let told = pushed.unwrap().parameters.iter();
    let told: Vec<_> = told.filter(|(name, _)| name == "login_hint").collect();
    assert_eq!(told.first().map(|(_, value)| value.as_str()), hint);
}

#[rstest]
#[case::zero(Some(0), Some("0"))]
#[case::one(Some(1), Some("1"))]
#[case::omitted(None, None)]
#[tokio::test]
async fn max_age_is_sent_as_policy_has_it_and_freshness_demanded_all_the_same(
    #[case] max_age: Option<u32>,
    #[case] sent: Option<&str>,
    #[values(MaxAgeZero::Obeyed, MaxAgeZero::Ignored, MaxAgeZero::Rejected)] zero: MaxAgeZero,
) {
    let clinic = clinic(|offers| offers.max_age_zero = zero).await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        max_age,
        ..forced()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    assert_eq!(pending.parameters.get("max_age").map(String::as_str), sent);
    let callback = Browser::new().sign_in(&pending.url, &ADAMS, true).await;
    let answer = pending.receive(&callback.unwrap());
    if (max_age, zero) == (Some(0), MaxAgeZero::Rejected) {
        let error = "invalid_request".to_owned();
        assert_eq!(answer.unwrap_err(), Declined::Other { error });
        return;
    }
    let now = Timestamp::now();
    let fresh = clinic
        .party
        .redeem(&mut provider, pending, answer.unwrap(), &strict(), now)
        .await;
    assert!(fresh.is_ok(), "{fresh:?}");
}

#[tokio::test]
async fn a_provider_that_ignores_max_age_answers_from_its_session_and_that_is_too_old() {
    let clinic = clinic(|offers| offers.max_age_zero = MaxAgeZero::Ignored).await;
    let jar = Browser::new();
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let first = clinic
        .request(&provider, &Demands::default())
        .await
        .unwrap();
    jar.sign_in(&first.url, &ADAMS, true).await.unwrap();

    // Without prompt=login, as a provider that overlooks it would have it.
    let demands = Demands {
        prompt: None,
        acr_values: Vec::new(),
        ..forced()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    let callback = jar.sign_in(&pending.url, &ADAMS, true).await.unwrap();
    let code = pending.receive(&callback).unwrap();
    let later = Timestamp::now() + jiff::SignedDuration::from_secs(90);
    let expectations = Expectations {
        not_before: Some(later),
        ..Expectations::default()
    };
    let refused = clinic
        .party
        .redeem(
            &mut provider,
            pending,
            code,
            &expectations,
            Timestamp::now(),
        )
        .await
        .unwrap_err();
    let name = refused.refusal().map(identity::Refusal::name);
    assert_eq!(name, Some("auth_time_stale"));
}

#[rstest]
#[case::offered(true)]
#[case::not_offered(false)]
#[tokio::test]
async fn tokens_are_revoked_where_that_is_offered(#[case] offered: bool) {
    let clinic = clinic(|offers| offers.revocation = offered).await;
    let (provider, adams, now) = clinic.session_of(&ADAMS).await;
    let access = &adams.tokens.access;
    let end = clinic
        .party
        .revoke(&provider, access, TokenKind::Access, now);
    let expected = if offered {
        Revocation::Revoked
    } else {
        Revocation::NotOffered
    };
    assert_eq!(end.await.unwrap(), expected);
    let is_active = clinic.idp.is_token_active(access.expose_secret());
    assert_eq!(is_active, !offered);
    assert_eq!(asked(&clinic, Endpoint::Revocation), usize::from(offered));
}

#[rstest]
#[case::offered(true)]
#[case::not_offered(false)]
#[tokio::test]
async fn the_providers_session_is_ended_where_that_is_offered(#[case] offered: bool) {
    let clinic = clinic(|offers| offers.logout = offered).await;
    let (provider, adams, _) = clinic.session_of(&ADAMS).await;
    let hint = Some(adams.id_token.raw());
    let address = provider.end_session_url(hint, &clinic.party.client().client_id);
    assert_eq!(address.is_some(), offered);
    if let Some(address) = address {
        Browser::new().visit(&address).await.unwrap();
        assert!(clinic.idp.sessions().is_empty());
    }
}

#[rstest]
#[case::advertised(true, true, true)]
#[case::silent_and_required(false, true, false)]
#[case::silent_and_not_required(false, false, true)]
#[tokio::test]
async fn a_provider_that_does_not_advertise_s256_is_accepted_only_by_policy(
    #[case] advertised: bool,
    #[case] required: bool,
    #[case] accepted: bool,
) {
    let mut clinic = clinic(|offers| offers.s256 = advertised).await;
    let mut client = common::client(clinic.idp.issuer());
    client.require_s256 = required;
    clinic.party = RelyingParty::new(client, common::transport());
    // The provider demands it whatever it says, so an accepted request proves that it was sent.
    let signed_in = clinic.authenticate(&ADAMS).await;
    assert_eq!(signed_in.is_ok(), accepted, "{signed_in:?}");
}

#[tokio::test]
async fn a_silent_request_asks_nobody() {
    let clinic = Clinic::open().await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        prompt: Some(Prompt::None),
        ..Demands::default()
    };
    let pending = clinic
        .party
        .request(&provider, &demands, &redirect_uri(), Timestamp::now())
        .await
        .unwrap();
    let callback = Browser::new().sign_in(&pending.url, &ADAMS, true).await;
    let answer = pending.receive(&callback.unwrap());
    assert_eq!(answer.unwrap_err(), Declined::LoginRequired);
    assert_eq!(asked(&clinic, Endpoint::SignIn), 0);
}
