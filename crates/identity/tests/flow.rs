//! The code flow from end to end, and what happens to its tokens afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Clinic, forced, strict, subject};
use demo::idp::{ACR_TWO_FACTORS, ADAMS, BAKER, Endpoint, Fault, Faults};
use demo::robot::Browser;
use identity::{
    Demands, Expectations, GrantEnd, IdentityError, Prompt, Refusal, Revocation, TokenKind,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

#[tokio::test]
async fn a_forced_authentication_says_who_when_and_how() {
    let clinic = Clinic::open().await;
    let began = Timestamp::now();
    let adams = clinic.authenticate(&ADAMS).await.unwrap();
    assert_eq!(adams.subject, subject(clinic.idp.issuer(), &ADAMS));
    assert_eq!(adams.name.as_deref(), Some(ADAMS.name));
    assert_eq!(adams.role.as_deref(), Some(ADAMS.role));
    assert_eq!(adams.acr.as_deref(), Some(ACR_TWO_FACTORS));
    assert!(adams.amr.contains(&"otp".to_owned()));
    assert!(adams.auth_time.unwrap().as_second() >= began.as_second());
    assert_eq!(adams.id_token.raw().split('.').count(), 3);
    assert!(adams.tokens.expires_at.unwrap() > began);
}

#[tokio::test]
async fn the_parameters_are_pushed_and_only_the_reference_is_in_the_address() {
    let clinic = Clinic::open().await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let pending = clinic.request(&provider, &forced()).await.unwrap();
    let names: Vec<_> = pending
        .url
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(names, ["client_id", "request_uri"]);
    assert!(!pending.parameters.contains_key("state"));
    assert_eq!(pending.parameters["prompt"], "login");
    assert_eq!(pending.parameters["max_age"], "0");
    assert_eq!(pending.parameters["code_challenge_method"], "S256");
    assert_eq!(
        pending.parameters["claims"],
        r#"{"id_token":{"auth_time":{"essential":true}}}"#
    );
    let asked: Vec<_> = clinic.idp.requests().iter().map(|r| r.endpoint).collect();
    assert!(asked.contains(&Endpoint::PushedRequest));
}

#[tokio::test]
async fn an_expected_subject_is_asked_for_when_the_policy_says_so() {
    let clinic = Clinic::open().await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        request_subject: Some("u-adams".to_owned()),
        ..Demands::default()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    assert_eq!(
        pending.parameters["claims"],
        r#"{"id_token":{"sub":{"value":"u-adams"}}}"#
    );
}

#[tokio::test]
async fn two_requests_share_no_state_nonce_or_challenge() {
    let clinic = Clinic::open().await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let one = clinic
        .request(&provider, &Demands::default())
        .await
        .unwrap();
    let two = clinic
        .request(&provider, &Demands::default())
        .await
        .unwrap();
    for name in ["nonce", "code_challenge"] {
        assert_ne!(one.parameters[name], two.parameters[name]);
    }
    let callback = Browser::new()
        .sign_in(&one.url, &ADAMS, true)
        .await
        .unwrap();
    assert_eq!(
        two.receive(&callback).unwrap_err(),
        identity::Declined::Refused(Refusal::StateMismatch)
    );
}

#[tokio::test]
async fn another_subject_than_expected_is_refused_and_its_tokens_revoked() {
    let clinic = Clinic::open().await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let expectations = Expectations {
        subject: Some(subject(clinic.idp.issuer(), &ADAMS)),
        ..strict()
    };
    let failed = clinic
        .authenticate_at(&mut provider, &BAKER, &expectations)
        .await
        .unwrap_err();
    assert_eq!(failed.refusal(), Some("subject_mismatch"));
    assert!(clinic.idp.active_tokens().is_empty());
}

#[tokio::test]
async fn an_injected_code_of_another_request_is_refused_by_its_verifier() {
    let clinic = Clinic::open().await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let stolen = clinic.request(&provider, &forced()).await.unwrap();
    let ours = clinic.request(&provider, &forced()).await.unwrap();
    let callback = Browser::new()
        .sign_in(&stolen.url, &BAKER, true)
        .await
        .unwrap();
    let code = stolen.receive(&callback).unwrap();
    let error = clinic
        .party
        .redeem(&mut provider, ours, code, &strict(), Timestamp::now())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, IdentityError::ProviderError { code } if code == "invalid_grant"),
        "{error}"
    );
}

#[tokio::test]
async fn a_session_refreshes_and_its_revoked_tokens_open_nothing() {
    let clinic = Clinic::open().await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        scopes: vec![
            "profile".to_owned(),
            "offline_access".to_owned(),
            "records:read".to_owned(),
        ],
        ..Demands::default()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    let callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, true)
        .await
        .unwrap();
    let code = pending.receive(&callback).unwrap();
    let now = Timestamp::now();
    let session = clinic
        .party
        .redeem(&mut provider, pending, code, &Expectations::default(), now)
        .await
        .unwrap();

    let (tokens, _) = clinic
        .party
        .refresh(&mut provider, &session.tokens, &session.subject, now)
        .await
        .unwrap();
    assert_ne!(
        tokens.access.expose_secret(),
        session.tokens.access.expose_secret()
    );
    assert!(clinic.idp.is_token_active(tokens.access.expose_secret()));

    let refresh = tokens.refresh.clone().unwrap();
    for (token, kind) in [
        (&refresh, TokenKind::Refresh),
        (&tokens.access, TokenKind::Access),
    ] {
        let revoked = clinic
            .party
            .revoke(&provider, token, kind, now)
            .await
            .unwrap();
        assert_eq!(revoked, Revocation::Revoked);
        assert!(!clinic.idp.is_token_active(token.expose_secret()));
    }
    let error = clinic
        .party
        .refresh(&mut provider, &tokens, &session.subject, now)
        .await
        .unwrap_err();
    assert!(
        matches!(error, IdentityError::ProviderError { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_refresh_that_comes_back_as_somebody_else_is_refused() {
    let clinic = Clinic::open().await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        scopes: vec!["offline_access".to_owned()],
        ..Demands::default()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    let callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, true)
        .await
        .unwrap();
    let code = pending.receive(&callback).unwrap();
    let now = Timestamp::now();
    let session = clinic
        .party
        .redeem(&mut provider, pending, code, &Expectations::default(), now)
        .await
        .unwrap();
    let baker = subject(clinic.idp.issuer(), &BAKER);
    match clinic
        .party
        .refresh(&mut provider, &session.tokens, &baker, now)
        .await
    {
        Err(error) => assert_eq!(error.refusal(), Some(Refusal::SubjectMismatch)),
        Ok((_, id_token)) => panic!("accepted, with an ID token: {}", id_token.is_some()),
    }
}

#[tokio::test]
async fn a_renewal_keeps_the_keys_that_it_had_to_fetch() {
    let clinic = Clinic::open().await;
    let (mut provider, session, now) = clinic.session_of(&ADAMS).await;
    clinic.idp.set_faults(Faults::only(Fault::KeysRotated));
    let (tokens, _) = clinic
        .party
        .refresh(&mut provider, &session.tokens, &session.subject, now)
        .await
        .unwrap();
    clinic.idp.set_faults(Faults::none());

    // Within the limit on fetching keys, so only the keys that were kept can verify this one.
    let (_, id_token) = clinic
        .party
        .refresh(&mut provider, &tokens, &session.subject, now)
        .await
        .unwrap();

    assert!(id_token.is_some());
}

#[tokio::test]
async fn keys_that_rotate_twice_in_a_row_postpone_a_renewal_and_do_not_end_it() {
    let clinic = Clinic::open().await;
    let (mut provider, session, now) = clinic.session_of(&ADAMS).await;
    clinic.idp.set_faults(Faults::only(Fault::KeysRotated));
    let (mut tokens, _) = clinic
        .party
        .refresh(&mut provider, &session.tokens, &session.subject, now)
        .await
        .unwrap();

    let postponed = clinic
        .party
        .refresh(&mut provider, &tokens, &session.subject, now)
        .await;
    let Err(IdentityError::NotVerifiableYet { refresh }) = postponed else {
        panic!("{:?}", postponed.map(|_| "renewed"));
    };
    tokens.refresh = Some(refresh.expect("the demo provider replaces refresh tokens"));
    let later = now + SignedDuration::from_secs(31);
    clinic
        .party
        .refresh(&mut provider, &tokens, &session.subject, later)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_refusal_says_what_became_of_the_tokens() {
    let wrong = || Faults::only(Fault::NonceWrong);
    for (faults, expected) in [
        (wrong(), GrantEnd::Revoked),
        (wrong().with(Fault::RevocationDown), GrantEnd::LeftToExpire),
        (Faults::only(Fault::TokenErrorIn200), GrantEnd::NotGranted),
        (Faults::only(Fault::TokenServerError), GrantEnd::Unknown),
        (Faults::only(Fault::TokenHtml), GrantEnd::Unknown),
        (Faults::only(Fault::TokenSlow), GrantEnd::Unknown),
    ] {
        let clinic = if faults.has(Fault::TokenSlow) {
            Clinic::hurried_at_the_token(faults.clone()).await
        } else {
            Clinic::with(faults.clone()).await
        };
        let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
        let pending = clinic.request(&provider, &forced()).await.unwrap();
        let callback = Browser::new()
            .sign_in(&pending.url, &ADAMS, true)
            .await
            .unwrap();
        let code = pending.receive(&callback).unwrap();
        let now = Timestamp::now();

        let unredeemed = clinic
            .redeemer()
            .exchange(&mut provider, pending, code, &strict(), now)
            .await
            .unwrap_err();

        assert_eq!(unredeemed.grant, expected, "{faults:?}");
    }
}

#[tokio::test]
async fn the_end_of_the_provider_session_is_asked_for_with_the_hint() {
    let clinic = Clinic::open().await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let url = provider
        .end_session_url(Some("hint"), "countersign")
        .unwrap();
    assert!(url.as_str().starts_with(clinic.idp.issuer()));
    assert_eq!(
        url.query(),
        Some("id_token_hint=hint&client_id=countersign")
    );
}

#[tokio::test]
async fn the_configuration_and_keys_are_kept_as_received() {
    let clinic = Clinic::open().await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let configuration: serde_json::Value =
        serde_json::from_slice(provider.configuration()).unwrap();
    assert_eq!(configuration["issuer"], clinic.idp.issuer());
    let keys: serde_json::Value = serde_json::from_slice(provider.jwks()).unwrap();
    assert!(keys["keys"].is_array());
}

#[tokio::test]
async fn no_secret_is_in_any_debug_text() {
    let clinic = Clinic::open().await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        prompt: Some(Prompt::Login),
        ..forced()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    let callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, true)
        .await
        .unwrap();
    let parameter = |name: &str| {
        let found = callback.query_pairs().find(|(key, _)| key == name);
        found.unwrap().1.into_owned()
    };
    let mut secrets = vec![parameter("code"), parameter("state")];
    let mut texts = vec![format!("{pending:?}")];
    texts.push(format!(
        "{:?}",
        identity::AgentEvent::Callback(callback.clone())
    ));
    let code = pending.receive(&callback).unwrap();
    texts.push(format!("{code:?}"));
    let adams = clinic
        .party
        .redeem(&mut provider, pending, code, &strict(), Timestamp::now())
        .await
        .unwrap();
    texts.push(format!("{adams:?}"));
    secrets.push(adams.tokens.access.expose_secret().to_owned());
    secrets.push(adams.id_token.raw().to_owned());
    for secret in &secrets {
        assert!(texts.iter().all(|text| !text.contains(secret.as_str())));
    }
}
