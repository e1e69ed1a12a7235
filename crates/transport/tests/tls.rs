//! Who is believed to be who over TLS, against a real server with certificates of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use http::Request;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use transport::{Rules, Transport, TransportError};

/// A certificate authority that no operating system knows.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn ca_file(authority: &CertifiedIssuer<'static, KeyPair>) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(authority.pem().as_bytes()).unwrap();
    file
}

/// A server on 127.0.0.1 whose certificate is for `name`. Returns its address.
async fn server(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()])
        .unwrap()
        .signed_by(&key, authority)
        .unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", socket.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut head = [0; 1024];
                let _head = stream.read(&mut head).await;
                let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                let _sent = stream.write_all(reply).await;
                let _closed = stream.shutdown().await;
            }
        }
    });
    url
}

async fn get(url: &str, ca_file: Option<&Path>) -> Result<Vec<u8>, TransportError> {
    let rules = Rules {
        ca_file: ca_file.map(Path::to_owned),
        ..Rules::default()
    };
    let request = Request::get(url).body(Vec::new()).unwrap();
    let reply = Transport::new(rules).unwrap().send(request).await?;
    Ok(reply.into_body())
}

#[tokio::test]
async fn a_server_of_the_clinics_own_authority_is_believed_with_its_ca_file() {
    let authority = authority();
    let url = server(&authority, "127.0.0.1").await;
    let file = ca_file(&authority);
    assert_eq!(get(&url, Some(file.path())).await.unwrap(), b"ok");
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_is_refused() {
    let clinic = authority();
    let url = server(&clinic, "127.0.0.1").await;
    let other = ca_file(&authority());
    for file in [None, Some(other.path())] {
        let error = get(&url, file).await.unwrap_err();
        assert!(
            matches!(error, TransportError::TlsRefused { .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_even_from_the_clinics_own_authority() {
    let authority = authority();
    let url = server(&authority, "idp.example.test").await;
    let file = ca_file(&authority);
    let error = get(&url, Some(file.path())).await.unwrap_err();
    assert!(
        matches!(error, TransportError::TlsRefused { .. }),
        "{error}"
    );
}
