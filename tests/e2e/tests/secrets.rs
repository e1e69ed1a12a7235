//! Secrets appear in no log line, no audit line and no file in the clear.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use demo::idp::{ADAMS, BAKER};
use e2e::{CEREMONY, Desk, MAIN};

#[tokio::test]
async fn tokens_codes_and_passwords_appear_in_no_log_line_audit_line_or_file() {
    let (mut desk, relay) = Desk::open_behind_a_relay().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing("LAB-88123").await.unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    desk.app()
        .heading("The signature was not applied")
        .await
        .unwrap();
    desk.leave_ending().await.unwrap();
    desk.begin_signing("LAB-88123").await.unwrap();
    let cookies = desk
        .app()
        .script(CEREMONY, "return document.cookie")
        .await
        .unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app().heading("Signed and recorded").await.unwrap();
    let shown = desk.app().text(MAIN).await.unwrap();
    let log = desk.app().log();
    desk.close_app().await.unwrap();

    let tokens = relay.tokens();
    assert!(
        tokens.len() >= 2,
        "the session's and the ceremony's went by: {}",
        tokens.len()
    );
    assert_eq!(
        cookies, "",
        "the provider's cookie is out of reach of scripts"
    );
    assert!(
        log.lines().count() > 20,
        "the log is a real one, at its most talkative"
    );

    // Whole tokens, their signatures alone, and what any token, code or password looks like.
    let mut secrets: Vec<String> = tokens
        .iter()
        .flat_map(|token| [token.clone(), token.rsplit('.').next().unwrap().to_owned()])
        .collect();
    secrets.extend([
        ADAMS.password.to_owned(),
        BAKER.password.to_owned(),
        "eyJ".to_owned(),
        "code=".to_owned(),
        "code_verifier".to_owned(),
        "Bearer ".to_owned(),
    ]);
    let audit = std::fs::read_to_string(desk.clinic.audit_path()).unwrap();
    for secret in &secrets {
        for (place, text) in [("log", &log), ("audit", &audit), ("screen", &shown)] {
            assert!(!text.contains(secret.as_str()), "{place} holds {secret}");
        }
    }
    let mut searched = 0;
    look_through(desk.home(), &mut |path, octets| {
        searched += 1;
        for secret in &secrets {
            assert!(
                !contains(octets, secret.as_bytes()),
                "{} holds {secret}",
                path.display()
            );
        }
    });
    assert!(searched > 3, "files were searched: {searched}");
    assert!(
        desk.vault().unwrap().len() > 100,
        "the session is kept, and cannot be read"
    );
}

fn contains(octets: &[u8], secret: &[u8]) -> bool {
    octets.windows(secret.len()).any(|window| window == secret)
}

fn look_through(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            look_through(&path, look);
        } else {
            look(&path, &std::fs::read(&path).unwrap());
        }
    }
}
