//! Tokens that are bound to a key (RFC 9449): who proves to hold it gets in, and nobody else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::{ADAMS, Answer, Clinic, SESSION};
use evidence::OneTimeKey;
use evidence::digest::base64url;
use gateway::Clock as _;
use http::Request;
use records::wire::ProblemKind;
use rstest::rstest;
use serde_json::{Map, Value, json};

/// Somebody with a token and, it may be, a key.
struct Caller<'a> {
    clinic: &'a Clinic,
    key: OneTimeKey,
    token: String,
}

impl<'a> Caller<'a> {
    /// The token is bound to what the test says.
    fn new(clinic: &'a Clinic, confirmation: impl Fn(&str) -> Option<Value>) -> Self {
        let key = OneTimeKey::from_scalar(&[7; 32]).unwrap();
        let now = clinic.clock.now();
        let mut claims = clinic.issuer.access_claims(ADAMS, SESSION, now);
        if let Some(confirmation) = confirmation(&key.public().thumbprint()) {
            claims.insert("cnf".to_owned(), confirmation);
        }
        let signer = clinic.issuer.key();
        let token = signer.sign(&signer.header("at+jwt"), &claims);
        Self { clinic, key, token }
    }

    fn bound(clinic: &'a Clinic) -> Self {
        Self::new(clinic, |thumbprint| Some(json!({ "jkt": thumbprint })))
    }

    fn claims(&self, jti: &str) -> Value {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, self.token.as_bytes());
        json!({
            "jti": jti,
            "htm": "GET",
            "htu": format!("{}v1/amendments", self.clinic.running.url()),
            "iat": self.clinic.clock.now().as_second(),
            "ath": base64url(hash.as_ref()),
        })
    }

    fn proof(&self, claims: &Value) -> String {
        let header = json!({ "typ": "dpop+jwt", "jwk": self.key.public() });
        let header: Map<String, Value> = header.as_object().unwrap().clone();
        let payload = claims.to_string();
        self.key.sign_jws(&header, payload.as_bytes()).unwrap()
    }

    async fn call(&self, scheme: &str, proofs: &[&str]) -> Answer {
        let url = format!("{}v1/amendments?state=pending", self.clinic.running.url());
        let mut request =
            Request::get(url).header("authorization", format!("{scheme} {}", self.token));
        for proof in proofs {
            request = request.header("dpop", *proof);
        }
        self.clinic.send(request.body(Vec::new()).unwrap()).await
    }
}

#[tokio::test]
async fn who_proves_to_hold_the_key_gets_in_once_with_each_proof() {
    let clinic = Clinic::open().await;
    let adams = Caller::bound(&clinic);
    let proof = adams.proof(&adams.claims("1"));

    assert_eq!(adams.call("DPoP", &[&proof]).await.status(), 200);
    let repeated = adams.call("DPoP", &[&proof]).await;

    assert_eq!(repeated.problem().kind, ProblemKind::Unauthorised.urn());
    assert_eq!(
        repeated.header("www-authenticate"),
        Some("DPoP error=\"invalid_dpop_proof\", algs=\"ES256\"")
    );
    let another = adams.proof(&adams.claims("2"));
    assert_eq!(adams.call("dpop", &[&another]).await.status(), 200);
}

#[tokio::test]
async fn a_bound_token_is_of_no_use_to_a_bearer() {
    let clinic = Clinic::open().await;
    let adams = Caller::bound(&clinic);
    let proof = adams.proof(&adams.claims("1"));

    assert_eq!(adams.call("Bearer", &[]).await.status(), 401);
    assert_eq!(adams.call("Bearer", &[&proof]).await.status(), 401);
    assert_eq!(adams.call("DPoP", &[]).await.status(), 401);
    assert_eq!(adams.call("DPoP", &[&proof, &proof]).await.status(), 401);
}

#[rstest]
#[case::another_method("htm", json!("POST"))]
#[case::another_call("htu", json!("http://127.0.0.1/v1/challenges"))]
#[case::another_token("ath", json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"))]
#[case::no_token("ath", json!(null))]
#[tokio::test]
async fn a_proof_for_something_else_does_not_open_the_door(
    #[case] claim: &str,
    #[case] value: Value,
) {
    let clinic = Clinic::open().await;
    let adams = Caller::bound(&clinic);
    let mut claims = adams.claims("1");
    claims[claim] = value;
    let proof = adams.proof(&claims);
    assert_eq!(adams.call("DPoP", &[&proof]).await.status(), 401);
}

#[rstest]
#[case::another_key(Some(json!({ "jkt": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" })))]
#[case::a_certificate(Some(json!({ "x5t#S256": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" })))]
#[case::no_object(Some(json!("x")))]
#[case::nothing(None)]
#[tokio::test]
async fn a_sound_proof_does_not_open_the_door_for_a_token_that_is_bound_elsewhere(
    #[case] confirmation: Option<Value>,
) {
    let clinic = Clinic::open().await;
    let adams = Caller::new(&clinic, |_| confirmation.clone());
    let proof = adams.proof(&adams.claims("1"));
    assert_eq!(adams.call("DPoP", &[&proof]).await.status(), 401);
}

#[tokio::test]
async fn a_caller_whose_clock_is_off_is_given_a_nonce_and_gets_in_with_it() {
    let clinic = Clinic::open().await;
    let adams = Caller::bound(&clinic);
    let mut claims = adams.claims("1");
    claims["iat"] = json!(clinic.clock.now().as_second() - 3600);

    let asked = adams.call("DPoP", &[&adams.proof(&claims)]).await;

    assert_eq!(
        asked.header("www-authenticate"),
        Some("DPoP error=\"use_dpop_nonce\", algs=\"ES256\"")
    );
    claims["nonce"] = json!(asked.header("dpop-nonce").unwrap());
    assert_eq!(
        adams.call("DPoP", &[&adams.proof(&claims)]).await.status(),
        200
    );
    let again = adams.call("DPoP", &[&adams.proof(&claims)]).await;
    assert_eq!(again.status(), 401);
}

#[tokio::test]
async fn a_gateway_that_requires_nonces_asks_for_one_and_takes_it() {
    let clinic = Clinic::open_with(|config| config.proof_nonce_required = true).await;
    let adams = Caller::bound(&clinic);
    let mut claims = adams.claims("1");
    let asked = adams.call("DPoP", &[&adams.proof(&claims)]).await;
    assert_eq!(asked.status(), 401);
    claims["nonce"] = json!(asked.header("dpop-nonce").unwrap());
    let proof = adams.proof(&claims);
    assert_eq!(adams.call("DPoP", &[&proof]).await.status(), 200);
}

#[tokio::test]
async fn a_gateway_may_take_bound_tokens_only() {
    let clinic = Clinic::open_with(|config| config.bound_tokens_only = true).await;
    let bearer = Caller::new(&clinic, |_| None);
    assert_eq!(bearer.call("Bearer", &[]).await.status(), 401);
    let adams = Caller::bound(&clinic);
    let proof = adams.proof(&adams.claims("1"));
    assert_eq!(adams.call("DPoP", &[&proof]).await.status(), 200);
}

#[tokio::test]
async fn a_gateway_behind_a_proxy_wants_proofs_for_its_public_address() {
    let public = "https://records.clinic.example/countersign/";
    let clinic = Clinic::open_with(|config| {
        config.public_url = Some(public.parse().unwrap());
    })
    .await;
    let adams = Caller::bound(&clinic);
    let mut claims = adams.claims("1");
    let inside = adams.call("DPoP", &[&adams.proof(&claims)]).await;
    assert_eq!(inside.status(), 401);
    claims["htu"] = json!(format!("{public}v1/amendments"));
    assert_eq!(
        adams.call("DPoP", &[&adams.proof(&claims)]).await.status(),
        200
    );
}
