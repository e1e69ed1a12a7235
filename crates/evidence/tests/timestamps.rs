//! Time-stamps of receipts, by `openssl ts` as the authority: what an authority really sends, not what we would write.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use common::{Scene, at, checked};
use evidence::timestamp::{self, Nonce};
use evidence::{Archive, Bundle, EvidenceError, Reason, Step, TimestampAuthority, verify};
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

const NONCE: Nonce = Nonce::new([0xff, 1, 2, 3, 4, 5, 6, 7]);
/// An authority's clock and ours are the same here, and it stamps at once.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// A certificate authority with a time-stamping certificate, in a folder of its own.
struct Tsa {
    folder: tempfile::TempDir,
}

/// What the time-stamping certificate says of itself.
const STAMPS: &str = "extendedKeyUsage=critical,timeStamping";

impl Tsa {
    fn with(new_key: &[&str], usage: &str, days: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(
            at("tsa.ext"),
            format!("{usage}\nbasicConstraints=CA:false\n"),
        )
        .unwrap();
        std::fs::write(
            at("tsa.cnf"),
            format!(
                "[tsa]\ndefault_tsa=ours\n[ours]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\n\
                 signer_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha512\n\
                 accuracy=secs:1\n{settings}\n"
            ),
        )
        .unwrap();
        let tsa = Self { folder };
        let root = [
            "req", "-x509", "-nodes", "-subj", "/CN=Root", "-days", "3650", "-keyout", "ca.key",
            "-out", "ca.pem",
        ];
        tsa.openssl(&[&root[..], new_key].concat());
        let ask = [
            "req",
            "-nodes",
            "-subj",
            "/O=Clinic/CN=TSA",
            "-keyout",
            "tsa.key",
            "-out",
            "tsa.csr",
        ];
        tsa.openssl(&[&ask[..], new_key].concat());
        tsa.openssl(&[
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-set_serial",
            "7",
            "-extfile",
            "tsa.ext",
            "-days",
            days,
            "-out",
            "tsa.pem",
        ]);
        tsa
    }

    fn rsa() -> &'static Self {
        static TSA: OnceLock<Tsa> = OnceLock::new();
        TSA.get_or_init(|| Self::with(&["-newkey", "rsa:2048"], STAMPS, "3650", ""))
    }

    fn openssl(&self, arguments: &[&str]) {
        let done = Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("openssl is installed");
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn authorities(&self) -> Vec<TimestampAuthority> {
        let pem = std::fs::read_to_string(self.folder.path().join("ca.pem")).unwrap();
        vec![TimestampAuthority::from_pem(&pem).unwrap()]
    }

    /// What the authority answers. Each question has its own folder: `openssl ts` counts in a file.
    fn reply(&self, receipt: &str) -> Vec<u8> {
        let desk = tempfile::tempdir_in(self.folder.path()).unwrap();
        for name in ["tsa.cnf", "tsa.pem", "tsa.key", "ca.pem"] {
            std::fs::copy(self.folder.path().join(name), desk.path().join(name)).unwrap();
        }
        let question = timestamp::request(receipt, NONCE).unwrap();
        std::fs::write(desk.path().join("question"), question).unwrap();
        answer(desk.path());
        std::fs::read(desk.path().join("answer")).unwrap()
    }
}

fn answer(desk: &Path) {
    let done = Command::new("openssl")
        .args([
            "ts",
            "-reply",
            "-config",
            "tsa.cnf",
            "-queryfile",
            "question",
            "-out",
            "answer",
        ])
        .current_dir(desk)
        .output()
        .expect("openssl is installed");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Receipted evidence of just now, with the authority's reply to its receipt.
fn stamped_by(tsa: &Tsa) -> (Scene, Bundle, Vec<u8>) {
    let scene = Scene::new();
    let bundle = Bundle::parse(&scene.receipted()).unwrap();
    let reply = tsa.reply(bundle.receipt().unwrap());
    (scene, bundle, reply)
}

fn archive(scene: &Scene, tsa: &Tsa) -> Archive {
    Archive {
        timestamp_authorities: tsa.authorities(),
        // The scene has a time of its own, and the authority has today's.
        clock_skew_s: u32::MAX,
        ..scene.archive()
    }
}

fn offline(bundle: &Bundle, archive: &Archive) -> Result<Option<Timestamp>, (Step, Reason)> {
    verify::offline(&bundle.octets().unwrap(), archive)
        .map(|evidence| evidence.timestamped_at())
        .map_err(checked)
}

#[rstest]
#[case::rsa(&["-newkey", "rsa:2048"], "")]
#[case::rsa_with_its_chain(&["-newkey", "rsa:2048"], "certs=ca.pem")]
#[case::p256(&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "")]
#[case::p384_with_sha512(&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "signer_digest=sha512")]
#[case::fractions_of_a_second(&["-newkey", "rsa:2048"], "clock_precision_digits=3")]
fn a_time_stamp_is_accepted_kept_and_verified_offline(
    #[case] key: &[&str],
    #[case] settings: &str,
) {
    let tsa = Tsa::with(key, STAMPS, "3650", settings);
    let (scene, bundle, reply) = stamped_by(&tsa);
    let receipt = bundle.receipt().unwrap().to_owned();

    let accepted = timestamp::accept(&reply, &receipt, NONCE, &tsa.authorities()).unwrap();
    let stamped = bundle.clone().with_timestamp(&accepted.token);

    assert!(Timestamp::now().duration_since(accepted.at).abs() < SKEW);
    assert_eq!(
        offline(&stamped, &archive(&scene, &tsa)),
        Ok(Some(accepted.at))
    );
    assert_eq!(stamped.sha256().unwrap(), bundle.sha256().unwrap());
}

#[test]
fn openssl_verifies_the_token_that_is_kept() {
    let tsa = Tsa::rsa();
    let (_, bundle, reply) = stamped_by(tsa);
    let receipt = bundle.receipt().unwrap();

    let kept = timestamp::accept(&reply, receipt, NONCE, &tsa.authorities()).unwrap();

    std::fs::write(tsa.folder.path().join("kept.der"), kept.token).unwrap();
    std::fs::write(tsa.folder.path().join("receipt"), receipt).unwrap();
    tsa.openssl(&[
        "ts",
        "-verify",
        "-in",
        "kept.der",
        "-token_in",
        "-data",
        "receipt",
        "-CAfile",
        "ca.pem",
    ]);
}

#[test]
fn every_byte_of_a_kept_token_counts() {
    let tsa = Tsa::rsa();
    let (_, bundle, reply) = stamped_by(tsa);
    let (receipt, authorities) = (bundle.receipt().unwrap(), tsa.authorities());
    let token = timestamp::accept(&reply, receipt, NONCE, &authorities)
        .unwrap()
        .token;
    timestamp::verify(&token, receipt, &authorities).unwrap();

    for position in 0..token.len() {
        for change in [1, 2, 4, 0x10, 0x80, 0xff] {
            let mut changed = token.clone();
            changed[position] ^= change;
            let outcome = timestamp::verify(&changed, receipt, &authorities);
            assert!(outcome.is_err(), "byte {position} does not count");
        }
    }
}

#[test]
fn a_reply_that_says_no_is_told_from_one_that_cannot_be_read() {
    // PKIStatus 2 (rejection), without a token.
    let no = [0x30, 5, 0x30, 3, 2, 1, 2];

    let refused = timestamp::accept(&no, "receipt", NONCE, &[]);
    let unread = timestamp::accept(b"<html>", "receipt", NONCE, &[]);

    assert_eq!(refused, Err(EvidenceError::TimestampRefused));
    assert_eq!(
        unread,
        Err(EvidenceError::Timestamp(Reason::TimestampMalformed))
    );
}

#[rstest]
#[case::to_another_question(|_: &str| "receipt".to_owned(), NONCE, Reason::TimestampMismatch)]
#[case::to_an_earlier_question(str::to_owned, Nonce::new([9; 8]), Reason::TimestampMismatch)]
fn a_reply_is_refused(
    #[case] receipt: fn(&str) -> String,
    #[case] nonce: Nonce,
    #[case] reason: Reason,
) {
    let tsa = Tsa::rsa();
    let (_, bundle, reply) = stamped_by(tsa);

    let outcome = timestamp::accept(
        &reply,
        &receipt(bundle.receipt().unwrap()),
        nonce,
        &tsa.authorities(),
    );

    assert_eq!(outcome, Err(EvidenceError::Timestamp(reason)));
}

#[rstest]
#[case::that_may_do_anything("keyUsage=digitalSignature")]
#[case::that_may_also_serve("extendedKeyUsage=critical,timeStamping,serverAuth")]
#[case::whose_usage_may_be_overlooked("extendedKeyUsage=timeStamping")]
fn a_certificate_is_refused(#[case] usage: &str) {
    let honest = Tsa::rsa();
    let (_, bundle, reply) = stamped_by(honest);
    let receipt = bundle.receipt().unwrap();
    // `openssl ts` itself refuses to stamp with such a certificate: the honest one's signature is judged under it.
    let other = Tsa::with(&["-newkey", "rsa:2048"], usage, "3650", "");
    let token = timestamp::accept(&reply, receipt, NONCE, &honest.authorities())
        .unwrap()
        .token;

    assert_eq!(
        timestamp::verify(&token, receipt, &other.authorities()),
        Err(Reason::TimestampUntrusted)
    );
}

#[test]
fn a_time_stamp_of_an_authority_that_nobody_here_trusts_is_refused() {
    let tsa = Tsa::rsa();
    let (scene, bundle, reply) = stamped_by(tsa);
    let receipt = bundle.receipt().unwrap().to_owned();
    let token = timestamp::accept(&reply, &receipt, NONCE, &tsa.authorities())
        .unwrap()
        .token;

    let stamped = bundle.with_timestamp(&token);

    assert_eq!(
        offline(&stamped, &scene.archive()),
        Err((Step::Receipt, Reason::TimestampUntrusted))
    );
}

#[test]
fn a_time_stamp_can_be_demanded() {
    let tsa = Tsa::rsa();
    let (scene, bundle, _) = stamped_by(tsa);
    let demanding = |from| Archive {
        timestamped_from: Some(from),
        ..archive(&scene, tsa)
    };

    assert_eq!(
        offline(&bundle, &demanding(at(0))),
        Err((Step::Receipt, Reason::TimestampMissing))
    );
    assert_eq!(offline(&bundle, &demanding(at(7200))), Ok(None));
}

#[test]
fn a_time_stamp_that_is_older_than_its_receipt_is_refused() {
    let tsa = Tsa::rsa();
    let later = "2100-01-01T00:00:00Z".parse().unwrap();
    let scene = Scene::new();
    let octets = scene.receipted_with(|receipt| receipt.received_at = later);
    let bundle = Bundle::parse(&octets).unwrap();
    let receipt = bundle.receipt().unwrap().to_owned();
    let token = timestamp::accept(&tsa.reply(&receipt), &receipt, NONCE, &tsa.authorities())
        .unwrap()
        .token;
    let mut patient = archive(&scene, tsa);
    patient.clock_skew_s = 60;
    patient.delivery_grace_s = u32::MAX;
    for key in [
        &mut patient.issuers[0].keys[0],
        &mut patient.receipt_keys[0],
    ] {
        key.last_seen = Timestamp::MAX;
    }

    let outcome = offline(&bundle.with_timestamp(&token), &patient);

    assert_eq!(outcome, Err((Step::Receipt, Reason::TimestampTooEarly)));
}

#[test]
fn a_time_stamp_without_a_receipt_is_of_nothing() {
    let scene = Scene::new();
    let bundle = Bundle::parse(&scene.octets())
        .unwrap()
        .with_timestamp(b"token");

    assert_eq!(
        offline(&bundle, &scene.archive()),
        Err((Step::Parse, Reason::WrongShape))
    );
}

#[test]
fn a_new_receipt_does_not_keep_the_time_stamp_of_another() {
    let scene = Scene::new();
    let bundle = Bundle::parse(&scene.receipted())
        .unwrap()
        .with_timestamp(b"token");

    assert_eq!(bundle.with_receipt("another").timestamp(), None);
}
