//! What a policy may say, one rule a test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{LEAST, machine, value, with};
use policy::{FIELDS, Loaded, MaxAge, Preflight, RedirectPath, Remember, SignInAgent, Source};
use rstest::rstest;

#[test]
fn three_values_are_enough_and_the_rest_are_the_documented_defaults() {
    let Loaded { policy, values } = machine(LEAST).unwrap();

    assert_eq!(policy.identity.issuer, "https://id.clinic.example");
    assert_eq!(policy.identity.subject_claims, ["sub"]);
    assert_eq!(policy.identity.max_age, MaxAge::Zero);
    assert_eq!(policy.signing.timeout_s, 300);
    assert_eq!(policy.signing.ambient_preflight, Preflight::Require);
    assert_eq!(policy.signing.meanings[0].code, "1.2.840.10065.1.12.1.15");
    assert_eq!(values.len(), FIELDS.len());
    for (value, field) in values.iter().zip(FIELDS) {
        assert_eq!(value.key, field.key);
        if value.source == Source::Default {
            assert_eq!(
                Some(&value.value),
                (field.default)().as_ref(),
                "{}",
                field.key
            );
        }
    }
}

#[test]
fn the_issuer_keeps_its_exact_octets() {
    let loaded = machine(&with("issuer", "\"https://ID.Clinic.example:443/realm/\"")).unwrap();
    assert_eq!(
        loaded.policy.identity.issuer,
        "https://ID.Clinic.example:443/realm/"
    );
}

#[rstest]
#[case::a_section_nobody_knows("[colours]\nx = 1", "colours", "policy-unknown-key")]
#[case::a_key_nobody_knows("[signing]\ntimeout = 60", "signing.timeout", "policy-unknown-key")]
#[case::a_value_where_a_section_belongs("session = 1", "session", "policy-wrong-type")]
#[case::a_text_for_a_number(
    "[signing]\ntimeout_s = \"60\"",
    "signing.timeout_s",
    "policy-wrong-type"
)]
#[case::a_number_for_a_switch(
    "[signing]\nrequest_subject = 1",
    "signing.request_subject",
    "policy-wrong-type"
)]
#[case::a_text_for_a_list(
    "[signing]\nacr_values = \"mfa\"",
    "signing.acr_values",
    "policy-wrong-type"
)]
#[case::a_fraction(
    "[signing]\nclock_skew_s = 1.5",
    "signing.clock_skew_s",
    "policy-wrong-type"
)]
#[case::too_little_time(
    "[signing]\ntimeout_s = 29",
    "signing.timeout_s",
    "policy-not-permitted"
)]
#[case::too_much_time(
    "[signing]\ntimeout_s = 301",
    "signing.timeout_s",
    "policy-not-permitted"
)]
#[case::a_negative_number(
    "[signing]\ntimeout_s = -1",
    "signing.timeout_s",
    "policy-not-permitted"
)]
#[case::too_much_skew(
    "[signing]\nclock_skew_s = 301",
    "signing.clock_skew_s",
    "policy-not-permitted"
)]
#[case::no_mismatch_ever(
    "[signing]\nmismatch_limit = 0",
    "signing.mismatch_limit",
    "policy-not-permitted"
)]
#[case::an_agent_nobody_knows(
    "[signing]\nagent = \"firefox\"",
    "signing.agent",
    "policy-not-permitted"
)]
#[case::a_meaning_of_our_own(
    "[signing]\nmeanings = [{ code = \"1.2.3\", display = \"X\" }]",
    "signing.meanings",
    "policy-not-permitted"
)]
#[case::a_meaning_past_the_list(
    "[signing]\nmeanings = [{ code = \"1.2.840.10065.1.12.1.19\", display = \"X\" }]",
    "signing.meanings",
    "policy-not-permitted"
)]
#[case::a_meaning_with_more(
    "[signing]\nmeanings = [{ code = \"1.2.840.10065.1.12.1.1\", display = \"X\", y = 1 }]",
    "signing.meanings",
    "policy-not-permitted"
)]
#[case::no_meaning("[signing]\nmeanings = []", "signing.meanings", "policy-not-permitted")]
#[case::a_reason_with_spaces(
    "[signing]\nreasons = [{ code = \"a b\", text = \"X\" }]",
    "signing.reasons",
    "policy-not-permitted"
)]
#[case::a_doubled_reason(
    "[signing]\nreasons = [{ code = \"a\", text = \"X\" }, { code = \"a\", text = \"Y\" }]",
    "signing.reasons",
    "policy-not-permitted"
)]
#[case::a_lock_that_never_comes(
    "[session]\nidle_lock_s = 0",
    "session.idle_lock_s",
    "policy-not-permitted"
)]
#[case::a_relative_path(
    "[audit]\npath = \"audit.jsonl\"",
    "audit.path",
    "policy-not-permitted"
)]
fn what_is_not_permitted_is_an_error_that_names_the_key(
    #[case] text: &str,
    #[case] key: &str,
    #[case] code: &str,
) {
    let text = if text.starts_with('[') {
        format!("{LEAST}\n{text}\n")
    } else {
        format!("{text}\n{LEAST}")
    };
    let error = machine(&text).unwrap_err();
    assert_eq!(
        (error.key.as_deref(), error.code()),
        (Some(key), code),
        "{error}"
    );
    assert!(matches!(error.origin, Source::Machine(_)));
}

#[rstest]
#[case::max_age_of_two("max_age", "2")]
#[case::max_age_as_a_word("max_age", "\"never\"")]
#[case::a_privileged_port("redirect_ports", "[80]")]
#[case::a_port_past_the_last("redirect_ports", "[65536]")]
#[case::a_doubled_port("redirect_ports", "[8400, 8400]")]
#[case::a_relative_path("redirect_path", "\"callback\"")]
#[case::an_empty_path("redirect_path", "\"\"")]
#[case::a_path_with_a_query("redirect_path", "\"/callback?x=1\"")]
#[case::a_path_with_a_fragment("redirect_path", "\"/callback#x\"")]
#[case::an_escaped_path("redirect_path", "\"/call%62ack\"")]
#[case::a_path_that_climbs("redirect_path", "\"/a/../callback\"")]
#[case::a_path_that_stays("redirect_path", "\"/./callback\"")]
#[case::another_host("redirect_path", "\"//evil.example\"")]
#[case::a_path_with_a_hole("redirect_path", "\"/a//callback\"")]
#[case::a_path_with_a_header("redirect_path", "\"/callback\\r\\nx: y\"")]
#[case::no_algorithm("algorithms", "[]")]
#[case::none("algorithms", "[\"none\"]")]
#[case::a_shared_secret("algorithms", "[\"HS256\"]")]
#[case::one_that_evidence_is_not_verified_with("algorithms", "[\"ES256\", \"ES384\"]")]
#[case::no_subject("subject_claims", "[]")]
#[case::a_doubled_claim("subject_claims", "[\"sub\", \"sub\"]")]
#[case::scopes_without_openid("session_scopes", "[\"profile\"]")]
#[case::a_signature_that_outlives_itself("signing_scopes", "[\"openid\", \"offline_access\"]")]
#[case::an_empty_client("client_id", "\" \"")]
#[case::a_host_with_a_scheme("allowed_hosts", "[\"https://login.example\"]")]
#[case::a_host_with_a_path("allowed_hosts", "[\"login.example/x\"]")]
#[case::all_hosts("allowed_hosts", "[\"*.example\"]")]
#[case::a_resource_that_is_no_uri("resource", "\"records\"")]
#[case::an_issuer_with_a_query("issuer", "\"https://id.clinic.example?x=1\"")]
#[case::an_issuer_with_a_fragment("issuer", "\"https://id.clinic.example#x\"")]
#[case::an_issuer_with_a_password("issuer", "\"https://a:b@id.clinic.example\"")]
#[case::an_issuer_that_is_no_address("issuer", "\"id.clinic.example\"")]
fn identity_values_that_would_weaken_a_signature_are_not_permitted(
    #[case] name: &str,
    #[case] value: &str,
) {
    let error = machine(&with(name, value)).unwrap_err();
    assert_eq!(
        (error.key, error.problem.to_string().contains("permitted")),
        (Some(format!("identity.{name}")), true)
    );
}

#[rstest]
#[case("random", RedirectPath::Random)]
#[case("/", RedirectPath::Fixed("/".to_owned()))]
#[case("/callback/", RedirectPath::Fixed("/callback/".to_owned()))]
#[case("/callback", RedirectPath::Fixed("/callback".to_owned()))]
#[case("/sign-in/back_to.app~1", RedirectPath::Fixed("/sign-in/back_to.app~1".to_owned()))]
fn a_redirect_path_is_one_that_can_be_registered_or_a_random_one(
    #[case] text: &str,
    #[case] path: RedirectPath,
) {
    let loaded = machine(&with("redirect_path", &format!("\"{text}\""))).unwrap();
    assert_eq!(loaded.policy.identity.redirect_path, path);
    assert_eq!(value(&loaded, "identity.redirect_path").value, text);
}

#[rstest]
#[case(30)]
#[case(300)]
fn the_limits_of_the_time_are_permitted(#[case] seconds: u32) {
    let loaded = machine(&format!("{LEAST}\n[signing]\ntimeout_s = {seconds}\n")).unwrap();
    assert_eq!(loaded.policy.signing.timeout_s, seconds);
}

#[rstest]
#[case("0", MaxAge::Zero, Some(0))]
#[case("1", MaxAge::One, Some(1))]
#[case("\"omit\"", MaxAge::Omit, None)]
fn max_age_is_zero_one_or_omitted(
    #[case] text: &str,
    #[case] expected: MaxAge,
    #[case] sent: Option<u32>,
) {
    let max_age = machine(&with("max_age", text))
        .unwrap()
        .policy
        .identity
        .max_age;
    assert_eq!((max_age, max_age.seconds()), (expected, sent));
}

#[rstest]
#[case::https("https://id.clinic.example", false, true)]
#[case::http("http://id.clinic.example", false, false)]
#[case::http_on_loopback_without_the_switch("http://127.0.0.1:9000", false, false)]
#[case::http_on_loopback("http://127.0.0.1:9000", true, true)]
#[case::http_on_loopback_of_version_six("http://[::1]:9000", true, true)]
#[case::a_name_resolves_to_anything("http://localhost:9000", true, false)]
#[case::http_elsewhere_in_spite_of_the_switch("http://10.0.0.1", true, false)]
#[case::another_scheme("ftp://id.clinic.example", true, false)]
fn only_https_or_a_literal_loopback_address_in_development(
    #[values("issuer", "url")] name: &str,
    #[case] address: &str,
    #[case] development: bool,
    #[case] permitted: bool,
) {
    let text = with(name, &format!("\"{address}\"")).replace(
        "client_id",
        &format!("development_http = {development}\nclient_id"),
    );
    match machine(&text) {
        Ok(_) => assert!(permitted),
        Err(error) => assert_eq!(
            (permitted, error.code()),
            (false, "policy-not-https"),
            "{error}"
        ),
    }
}

#[rstest]
#[case("issuer", "identity.issuer")]
#[case("client_id", "identity.client_id")]
#[case("url", "records.url")]
fn what_has_no_default_must_be_set(#[case] name: &str, #[case] key: &str) {
    let lines: Vec<_> = LEAST
        .lines()
        .filter(|line| !line.starts_with(name))
        .collect();
    let error = machine(&lines.join(
        "
",
    ))
    .unwrap_err();
    assert_eq!(
        (error.key.as_deref(), error.code()),
        (Some(key), "policy-missing")
    );
}

#[test]
fn a_kiosk_forgets_by_default() {
    let session = machine(&format!("{LEAST}\n[session]\nprofile = \"kiosk\"\n"))
        .unwrap()
        .policy
        .session;
    assert_eq!(session.idle_lock_s, 120);
    assert_eq!(session.remember, Remember::Memory);
    assert_eq!(session.sign_in_agent, SignInAgent::Window);
}

#[rstest]
#[case("idle_lock_s = 121")]
#[case("absolute_s = 43201")]
#[case("remember = \"keyring\"")]
#[case("sign_in_agent = \"system_browser\"")]
#[case("[signing]\nagent = \"browser\"")]
fn a_kiosk_that_remembers_or_leads_out_is_a_contradiction(#[case] line: &str) {
    let error = machine(&format!(
        "{LEAST}\n[session]\nprofile = \"kiosk\"\n{line}\n"
    ))
    .unwrap_err();
    assert_eq!(error.code(), "policy-contradiction", "{error}");
}
