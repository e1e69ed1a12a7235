//! A time-stamping authority whose time stands still, so that its tokens are always the same.

use std::sync::OnceLock;

use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use cms::cert::x509::Certificate;
use cms::cert::x509::attr::Attribute;
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{GeneralizedTime, Int, Null, ObjectIdentifier, OctetString, SetOfVec};
use der::{Any, Decode as _, Encode as _, Sequence};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, SerialNumber,
};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::sha2::{Digest as _, Sha256};
use x509_tsp::{MessageImprint, TspVersion, TstInfo};

use super::keys::Numbers;
use super::story::at;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

pub struct Tsa {
    root: Vec<u8>,
    leaf: Vec<u8>,
    key: RsaKeyPair,
    /// When it stamps, in seconds after the challenge was issued.
    stamps_at: i64,
}

#[derive(Sequence)]
struct SigningCertificate {
    certs: Vec<EssCertId>,
}

#[derive(Sequence)]
struct EssCertId {
    cert_hash: OctetString,
}

impl Tsa {
    /// An authority whose certificate is for these purposes.
    pub fn for_purposes(purposes: &[ExtendedKeyUsagePurpose]) -> Self {
        let (root_key, leaf_key) = keys();
        let mut root = params("Root of time", 1);
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = CertifiedIssuer::self_signed(root, rcgen_key(root_key)).unwrap();
        let mut leaf = params("Time", 2);
        leaf.custom_extensions = vec![usage(purposes)];
        let leaf = leaf.signed_by(&rcgen_key(leaf_key), &root).unwrap();
        Self {
            root: root.der().to_vec(),
            leaf: leaf.der().to_vec(),
            key: RsaKeyPair::from_pkcs8(leaf_key).unwrap(),
            stamps_at: 61,
        }
    }

    pub fn honest() -> Self {
        Self::for_purposes(&[ExtendedKeyUsagePurpose::TimeStamping])
    }

    /// The same authority, seconds after the challenge was issued.
    pub fn stamping_at(self, seconds: i64) -> Self {
        Self {
            stamps_at: seconds,
            ..self
        }
    }

    pub fn root(&self) -> &[u8] {
        &self.root
    }

    pub fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// The token for a receipt, in its normal form.
    pub fn stamp(&self, receipt: &str) -> Vec<u8> {
        self.stamp_with(receipt, |_| {})
    }

    /// The same, with the signed data changed after it was signed.
    pub fn stamp_with(&self, receipt: &str, change: impl FnOnce(&mut SignedData)) -> Vec<u8> {
        let content = self.info(receipt);
        let leaf = Certificate::from_der(&self.leaf).unwrap();
        let attributes = SetOfVec::try_from(vec![
            attribute(CONTENT_TYPE, Any::from(TST_INFO)),
            attribute(MESSAGE_DIGEST, octets(&Sha256::digest(&content))),
            attribute(
                SIGNING_CERTIFICATE_V2,
                Any::encode_from(&SigningCertificate {
                    certs: vec![EssCertId {
                        cert_hash: OctetString::new(Sha256::digest(&self.leaf).to_vec()).unwrap(),
                    }],
                })
                .unwrap(),
            ),
        ])
        .unwrap();
        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: leaf.tbs_certificate.issuer.clone(),
                serial_number: leaf.tbs_certificate.serial_number.clone(),
            }),
            digest_alg: algorithm(SHA_256, None),
            signature: OctetString::new(self.sign(&attributes.to_der().unwrap())).unwrap(),
            signed_attrs: Some(attributes),
            signature_algorithm: algorithm(SHA_256_WITH_RSA, Some(Any::from(Null))),
            unsigned_attrs: None,
        };
        let mut data = SignedData {
            version: CmsVersion::V3,
            digest_algorithms: SetOfVec::try_from(vec![algorithm(SHA_256, None)]).unwrap(),
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: TST_INFO,
                econtent: Some(octets(&content)),
            },
            certificates: Some(
                CertificateSet::try_from(vec![CertificateChoices::Certificate(leaf)]).unwrap(),
            ),
            crls: None,
            signer_infos: SignerInfos::try_from(vec![signer]).unwrap(),
        };
        change(&mut data);
        let outer = ContentInfo {
            content_type: SIGNED_DATA,
            content: Any::encode_from(&data).unwrap(),
        };
        outer.to_der().unwrap()
    }

    fn info(&self, receipt: &str) -> Vec<u8> {
        let since = u64::try_from(at(self.stamps_at).as_second()).unwrap();
        let info = TstInfo {
            version: TspVersion::V1,
            policy: ObjectIdentifier::new_unwrap("1.2.3.4.1"),
            message_imprint: MessageImprint {
                hash_algorithm: algorithm(SHA_256, Some(Any::from(Null))),
                hashed_message: OctetString::new(Sha256::digest(receipt).to_vec()).unwrap(),
            },
            serial_number: Int::new(&[7]).unwrap(),
            gen_time: GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(since))
                .unwrap(),
            accuracy: None,
            ordering: false,
            nonce: None,
            tsa: None,
            extensions: None,
        };
        info.to_der().unwrap()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        self.key
            .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .unwrap();
        signature
    }
}

/// The root's key and the authority's, as PKCS#8. They take a while to find.
fn keys() -> (&'static [u8], &'static [u8]) {
    static KEYS: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let [root, leaf] = KEYS.get_or_init(|| {
        [0x40, 0x41].map(|seed| {
            let key = RsaPrivateKey::new(&mut Numbers(seed), 2048).unwrap();
            key.to_pkcs8_der().unwrap().as_bytes().to_vec()
        })
    });
    (root, leaf)
}

fn params(name: &str, serial: u64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.serial_number = Some(SerialNumber::from(serial));
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2046, 1, 1);
    params
}

/// RFC 3161 §2.3 wants it critical, and the certificate library does not write it so.
fn usage(purposes: &[ExtendedKeyUsagePurpose]) -> rcgen::CustomExtension {
    let named: Vec<ObjectIdentifier> = purposes
        .iter()
        .map(|purpose| match purpose {
            ExtendedKeyUsagePurpose::TimeStamping => {
                ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8")
            }
            ExtendedKeyUsagePurpose::ServerAuth => {
                ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1")
            }
            other => panic!("no vector is about {other:?}"),
        })
        .collect();
    let mut extension =
        rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 37], named.to_der().unwrap());
    extension.set_criticality(true);
    extension
}

fn rcgen_key(pkcs8: &[u8]) -> KeyPair {
    KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &rcgen::PKCS_RSA_SHA256).unwrap()
}

fn attribute(oid: ObjectIdentifier, value: Any) -> Attribute {
    Attribute {
        oid,
        values: SetOfVec::try_from(vec![value]).unwrap(),
    }
}

fn octets(octets: &[u8]) -> Any {
    Any::encode_from(&OctetString::new(octets).unwrap()).unwrap()
}

fn algorithm(oid: ObjectIdentifier, parameters: Option<Any>) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters }
}
