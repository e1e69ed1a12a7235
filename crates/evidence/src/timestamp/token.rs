//! The token itself: CMS signed data (RFC 5652) around a `TSTInfo` (RFC 3161 §2.4.2, RFC 5816).

use cms::cert::x509::Certificate;
use cms::cert::x509::attr::{Attribute, Attributes};
use cms::cert::x509::ext::pkix::ExtendedKeyUsage;
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Int, ObjectIdentifier, OctetString, SetOfVec};
use der::oid::db::{rfc5280, rfc5911};
use der::{Any, Decode, Encode, Sequence, Tag, Tagged};
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};
use x509_tsp::{Accuracy, MessageImprint, TsaPolicyId};

use super::scheme::{SHA_1, SHA_256, Scheme, digest};
use super::{MAX_OCTETS, TimestampAuthority};
use crate::digest::sha256;
use crate::steps::Reason;

/// `id-ct-TSTInfo`.
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// `id-aa-signingCertificate`.
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// `id-aa-signingCertificateV2`.
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// `id-kp-timeStamping`, as the value of its DER encoding.
const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

/// A token that holds.
pub(super) struct Judged {
    /// It in its normal form.
    pub normal: Vec<u8>,
    /// The time in it.
    pub at: Timestamp,
    /// The nonce in it.
    pub nonce: Option<Vec<u8>>,
}

/// RFC 3161 §2.4.2. Not the library's own type, which cannot read fractions of a second.
#[derive(Sequence)]
struct TstInfo {
    version: u8,
    #[allow(
        dead_code,
        reason = "read for its place; any policy of a trusted authority will do"
    )]
    policy: TsaPolicyId,
    message_imprint: MessageImprint,
    #[allow(
        dead_code,
        reason = "read for its place; it is the authority's own reference"
    )]
    serial_number: Int,
    gen_time: Any,
    #[asn1(optional = "true")]
    accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    tsa: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<cms::cert::x509::ext::Extensions>,
}

/// `SigningCertificate` and `SigningCertificateV2` (RFC 5035 §3 and §5).
#[derive(Sequence)]
struct SigningCertificate {
    certs: Vec<EssCertId>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

/// `ESSCertID`, which has no algorithm, and `ESSCertIDv2` (RFC 5035 §4 and §6).
#[derive(Sequence)]
struct EssCertId {
    #[asn1(optional = "true")]
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    cert_hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

/// Judges a token: its form, what it stamps, its signature, and whose signature that is.
pub(super) fn judge(
    octets: &[u8],
    receipt: &str,
    authorities: &[TimestampAuthority],
) -> Result<Judged, Reason> {
    if octets.len() > MAX_OCTETS {
        return Err(Reason::TimestampMalformed);
    }
    let data = signed_data(octets)?;
    let content = content(&data)?;
    let info = TstInfo::from_der(content).map_err(malformed)?;
    let at = stamped(&info, receipt)?;
    let [signer] = data.signer_infos.0.as_slice() else {
        return Err(Reason::TimestampMalformed);
    };
    let certificates = certificates(&data)?;
    let leaf = signing_certificate(signer, &certificates)?;
    let on_path = path(leaf, &certificates, authorities, at)?;
    let algorithm = signed(signer, content, leaf)?;
    let kept = certificates
        .iter()
        .filter(|one| {
            on_path.contains(&one.der) || authorities.iter().any(|known| known.der() == one.der)
        })
        .map(|one| CertificateChoices::Certificate(one.parsed.clone()))
        .collect();
    Ok(Judged {
        normal: normal(&data, signer, leaf, kept, algorithm).map_err(malformed)?,
        at,
        nonce: info.nonce.map(|nonce| nonce.as_bytes().to_vec()),
    })
}

/// A certificate of the token, read and as it was read.
struct Given {
    parsed: Certificate,
    der: Vec<u8>,
}

fn malformed(_: der::Error) -> Reason {
    Reason::TimestampMalformed
}

fn signed_data(octets: &[u8]) -> Result<SignedData, Reason> {
    let outer = ContentInfo::from_der(octets).map_err(malformed)?;
    if outer.content_type != rfc5911::ID_SIGNED_DATA {
        return Err(Reason::TimestampMalformed);
    }
    outer.content.decode_as().map_err(malformed)
}

fn content(data: &SignedData) -> Result<&[u8], Reason> {
    let inner = &data.encap_content_info;
    match &inner.econtent {
        Some(content) if inner.econtent_type == TST_INFO && content.tag() == Tag::OctetString => {
            Ok(content.value())
        }
        _ => Err(Reason::TimestampMalformed),
    }
}

/// What is stamped is this receipt. Gives the time.
fn stamped(info: &TstInfo, receipt: &str) -> Result<Timestamp, Reason> {
    if info.version != 1 || info.extensions.iter().flatten().any(|one| one.critical) {
        return Err(Reason::TimestampMalformed);
    }
    let imprint = &info.message_imprint;
    if imprint.hash_algorithm.oid != SHA_256
        || imprint.hashed_message.as_bytes() != sha256(receipt.as_bytes())
    {
        return Err(Reason::TimestampMismatch);
    }
    general_time(&info.gen_time).ok_or(Reason::TimestampMalformed)
}

/// `GeneralizedTime` in UTC, with or without a fraction of a second (RFC 3161 §2.4.2).
fn general_time(encoded: &Any) -> Option<Timestamp> {
    if encoded.tag() != Tag::GeneralizedTime {
        return None;
    }
    let text = std::str::from_utf8(encoded.value()).ok()?;
    let civil = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S%.f", text.strip_suffix('Z')?);
    let zoned = civil.ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

fn certificates(data: &SignedData) -> Result<Vec<Given>, Reason> {
    let given = data.certificates.iter().flat_map(|set| set.0.iter());
    given
        .filter_map(|choice| match choice {
            CertificateChoices::Certificate(parsed) => Some(parsed),
            CertificateChoices::Other(_) => None,
        })
        .map(|parsed| {
            Ok(Given {
                parsed: parsed.clone(),
                der: parsed.to_der().map_err(malformed)?,
            })
        })
        .collect()
}

/// The certificate that the signed attributes name by its hash. Only that one may have signed (RFC 5816 §2.2.1).
///
/// Many authorities still name it by its SHA-1 alone (RFC 3161 §2.4.2). That picks one of the certificates; whether
/// it is worth anything is decided by the signature and the path.
fn signing_certificate<'a>(
    signer: &SignerInfo,
    certificates: &'a [Given],
) -> Result<&'a Given, Reason> {
    let attributes = signer.signed_attrs.as_ref();
    let attributes = attributes.ok_or(Reason::TimestampMalformed)?;
    let (attribute, default) = match value(attributes, SIGNING_CERTIFICATE_V2) {
        Some(attribute) => (Some(attribute), SHA_256),
        None => (value(attributes, SIGNING_CERTIFICATE), SHA_1),
    };
    let named: SigningCertificate = attribute
        .ok_or(Reason::TimestampMalformed)?
        .decode_as()
        .map_err(malformed)?;
    let id = named.certs.first().ok_or(Reason::TimestampMalformed)?;
    let algorithm = id.hash_algorithm.as_ref().map_or(default, |one| one.oid);
    certificates
        .iter()
        .find(|one| digest(algorithm, &one.der).as_deref() == Some(id.cert_hash.as_bytes()))
        .ok_or(Reason::TimestampUntrusted)
}

/// The path to a trusted authority as of that time, as the certificates on it, for time-stamping alone.
fn path(
    leaf: &Given,
    certificates: &[Given],
    authorities: &[TimestampAuthority],
    at: Timestamp,
) -> Result<Vec<Vec<u8>>, Reason> {
    let usage = leaf.parsed.tbs_certificate.get::<ExtendedKeyUsage>();
    let stamps_only = usage.is_ok_and(|usage| {
        usage.is_some_and(|(critical, ExtendedKeyUsage(purposes))| {
            critical && purposes == [rfc5280::ID_KP_TIME_STAMPING]
        })
    });
    if !stamps_only {
        return Err(Reason::TimestampUntrusted);
    }
    let untrusted = |_| Reason::TimestampUntrusted;
    let trusted: Vec<_> = authorities
        .iter()
        .map(|authority| CertificateDer::from(authority.der()))
        .collect();
    let anchors: Vec<TrustAnchor<'_>> = trusted
        .iter()
        .map(webpki::anchor_from_trusted_cert)
        .collect::<Result<_, _>>()
        .map_err(untrusted)?;
    let between: Vec<_> = certificates
        .iter()
        .map(|one| CertificateDer::from(one.der.as_slice()))
        .collect();
    let der = CertificateDer::from(leaf.der.as_slice());
    let end = EndEntityCert::try_from(&der).map_err(untrusted)?;
    let seconds = u64::try_from(at.as_second()).map_err(|_| Reason::TimestampUntrusted)?;
    let found = end
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &between,
            UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
            // An authority between need not say what it is for; the one that signs was asked above.
            KeyUsage::required_if_present(TIME_STAMPING),
            None,
            None,
        )
        .map_err(untrusted)?;
    Ok(found
        .intermediate_certificates()
        .map(|one| one.der().to_vec())
        .chain([leaf.der.clone()])
        .collect())
}

/// The certificate's key signed the attributes, and they name the content. Gives the algorithm in its normal form.
fn signed(
    signer: &SignerInfo,
    content: &[u8],
    leaf: &Given,
) -> Result<AlgorithmIdentifierOwned, Reason> {
    let attributes = signer.signed_attrs.as_ref();
    let attributes = attributes.ok_or(Reason::TimestampMalformed)?;
    let content_type = value(attributes, rfc5911::ID_CONTENT_TYPE)
        .and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    let message_digest = value(attributes, rfc5911::ID_MESSAGE_DIGEST)
        .and_then(|value| value.decode_as::<OctetString>().ok())
        .ok_or(Reason::TimestampMalformed)?;
    let expected = digest(signer.digest_alg.oid, content).ok_or(Reason::TimestampMalformed)?;
    if content_type != Some(TST_INFO) || message_digest.as_bytes() != expected {
        return Err(Reason::TimestampSignatureInvalid);
    }
    let scheme = Scheme::of(signer).ok_or(Reason::TimestampMalformed)?;
    // What is signed is the attributes as a SET, not under their tag in the token (RFC 5652 §5.4).
    let message = attributes.to_der().map_err(malformed)?;
    let der = CertificateDer::from(leaf.der.as_slice());
    let end = EndEntityCert::try_from(&der).map_err(|_| Reason::TimestampUntrusted)?;
    let holds = scheme.candidates.iter().any(|algorithm| {
        end.verify_signature(*algorithm, &message, signer.signature.as_bytes())
            .is_ok()
    });
    if holds {
        Ok(scheme.name)
    } else {
        Err(Reason::TimestampSignatureInvalid)
    }
}

/// The token with nothing in it that is not judged, each part in its one spelling.
fn normal(
    data: &SignedData,
    signer: &SignerInfo,
    leaf: &Given,
    certificates: Vec<CertificateChoices>,
    signature_algorithm: AlgorithmIdentifierOwned,
) -> der::Result<Vec<u8>> {
    let digest_alg = AlgorithmIdentifierOwned {
        oid: signer.digest_alg.oid,
        parameters: None,
    };
    let leaf = &leaf.parsed.tbs_certificate;
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: leaf.issuer.clone(),
            serial_number: leaf.serial_number.clone(),
        }),
        digest_alg: digest_alg.clone(),
        signed_attrs: signer.signed_attrs.clone(),
        signature_algorithm,
        signature: signer.signature.clone(),
        unsigned_attrs: None,
    };
    let data = SignedData {
        version: CmsVersion::V3,
        digest_algorithms: SetOfVec::try_from(vec![digest_alg])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: TST_INFO,
            econtent: data.encap_content_info.econtent.clone(),
        },
        certificates: Some(CertificateSet::try_from(certificates)?),
        crls: None,
        signer_infos: SignerInfos::try_from(vec![signer])?,
    };
    ContentInfo {
        content_type: rfc5911::ID_SIGNED_DATA,
        content: Any::encode_from(&data)?,
    }
    .to_der()
}

/// The one value of the one attribute of that type.
fn value(attributes: &Attributes, oid: ObjectIdentifier) -> Option<&Any> {
    let mut named = attributes.iter().filter(|one: &&Attribute| one.oid == oid);
    match (named.next()?.values.as_slice(), named.next()) {
        ([value], None) => Some(value),
        _ => None,
    }
}
