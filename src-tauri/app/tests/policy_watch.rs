//! A policy that IT changes, breaks and mends while somebody is signed in.

use super::*;
use crate::ipc::{Phase, SignRequest};

impl Ward {
    fn policy_file(&self) -> std::path::PathBuf {
        self.folder.path().join("policy.toml")
    }

    /// Replaces a part of the policy file.
    fn edit_policy(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.policy_file()).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(self.policy_file(), text.replace(from, to)).unwrap();
    }

    /// Tries to sign something that nobody has read, and says what stands in the way first.
    fn try_to_sign(&self) -> String {
        let request = SignRequest {
            id: "AM-1".to_owned(),
            etag: "\"1\"".to_owned(),
            draft: Draft {
                meaning: String::new(),
                reason: String::new(),
                note: String::new(),
            },
            shown_text: String::new(),
        };
        self.controller.begin_signing(request).unwrap_err().code
    }

    async fn written(&self, what: &str) -> usize {
        tokio::time::timeout(Duration::from_secs(20), async {
            while !self.log().contains(what) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .unwrap();
        self.log().matches(what).count()
    }
}

#[tokio::test]
async fn nobody_signs_under_a_policy_that_was_changed_and_the_session_stays() {
    let ward = Ward::signed_in().await;
    let before = ward.try_to_sign();
    assert!(!before.starts_with("policy"), "{before}");
    assert_eq!(ward.controller.state().signing_stopped, None);

    ward.edit_policy(
        "[identity]\n",
        "[signing]\nmismatch_limit = 1\n[identity]\n",
    );

    assert_eq!(ward.try_to_sign(), "policy_changed");
    assert_eq!(ward.try_to_sign(), "policy_changed");
    let state = ward.controller.state();
    assert_eq!(state.phase, Phase::SignedIn);
    let told = state.signing_stopped.unwrap();
    assert!(
        told.text.contains("signing.mismatch_limit"),
        "{}",
        told.text
    );
    assert_eq!(ward.written("policy_changed").await, 1);
    assert!(ward.log().contains(r#""keys":["signing.mismatch_limit"]"#));
}

#[tokio::test]
async fn a_policy_that_was_broken_is_named_and_no_value_of_it_is_written_down() {
    let ward = Ward::signed_in().await;

    ward.edit_policy("redirect_path = \"random\"", "redirect_path = \"hunter2 \"");

    assert_eq!(ward.try_to_sign(), "policy_not_permitted");
    let told = ward.controller.state().signing_stopped.unwrap();
    let file = ward.policy_file().display().to_string();
    assert!(told.text.contains("identity.redirect_path") && told.text.contains(&file));
    ward.written("policy_refused").await;
    let log = ward.log();
    assert!(
        log.contains(r#""key":"identity.redirect_path","source":"file""#),
        "{log}"
    );
    assert!(!log.contains("hunter2"), "{log}");
}

#[tokio::test]
async fn once_the_policy_is_what_it_was_signing_goes_on() {
    let ward = Ward::signed_in().await;
    let before = ward.try_to_sign();
    let was = std::fs::read(ward.policy_file()).unwrap();
    std::fs::remove_file(ward.policy_file()).unwrap();
    assert_eq!(ward.try_to_sign(), "policy_unreadable");

    std::fs::write(ward.policy_file(), was).unwrap();

    assert_eq!(ward.try_to_sign(), before);
    assert_eq!(ward.controller.state().signing_stopped, None);
    assert_eq!(ward.written("policy_read").await, 1);
}

#[tokio::test]
async fn a_change_is_seen_before_anybody_tries_to_sign() {
    let ward = Ward::open().await;
    ward.controller
        .watch_policy_every(Duration::from_millis(20));
    ward.edit_policy(
        "[identity]\n",
        "[signing]\nmismatch_limit = 1\n[identity]\n",
    );

    tokio::time::timeout(Duration::from_secs(20), async {
        while ward.screen.0.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();

    assert!(ward.controller.state().signing_stopped.is_some());
}
