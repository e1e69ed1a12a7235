//! The proxy of the environment: used for every server but this machine, told the server's name and nothing more.
//!
//! A proxy is named by environment variables that are read when a client is made, so each case runs in a process of its
//! own: this program again, with a request to make and the variables of the case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Request;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use transport::{Rules, Transport};

/// No resolver knows it: who reaches it went through the proxy.
const NAME: &str = "idp.clinic.test";
/// In the environment of a process that is to make a request.
const ASK: &str = "TRANSPORT_TEST_ASK";
const CA_FILE: &str = "TRANSPORT_TEST_CA_FILE";

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match std::env::var(ASK) {
        Ok(url) => runtime.block_on(ask(&url)),
        Err(_) => runtime.block_on(all()),
    }
}

/// In the process of a case: makes the request, and prints what came of it.
async fn ask(url: &str) {
    let rules = Rules {
        development_http: url.starts_with("http:"),
        ca_file: std::env::var(CA_FILE).ok().map(Into::into),
        total_timeout: Duration::from_secs(10),
        ..Rules::default()
    };
    let request = || Request::get(url).body(Vec::new()).unwrap();
    let transport = Transport::new(rules).unwrap();
    if url.contains("127.0.0.1") {
        // The other way of asking keeps to the same rule.
        transport.led_to(request()).await.unwrap();
    }
    match transport.send(request()).await {
        Ok(reply) => println!("{}", String::from_utf8_lossy(reply.body())),
        Err(error) => println!("{error}"),
    }
}

async fn all() {
    let world = World::open().await;
    world
        .a_server_elsewhere_is_reached_through_the_proxy_which_learns_its_name_alone()
        .await;
    world.this_machine_is_never_reached_through_a_proxy().await;
    world
        .plain_http_on_loopback_is_never_reached_through_a_proxy()
        .await;
    world
        .what_the_environment_exempts_is_reached_directly()
        .await;
    world.without_a_proxy_nothing_goes_there().await;
    world
        .a_proxy_that_refuses_is_a_server_that_cannot_be_reached()
        .await;
    world.a_proxy_cannot_stand_in_for_the_server().await;
    println!("7 cases of proxies passed");
}

struct World {
    /// `https://127.0.0.1:PORT`, under a certificate for [`NAME`] and for the address.
    port: u16,
    plain_port: u16,
    ca_file: NamedTempFile,
    proxy: Proxy,
}

impl World {
    async fn open() -> Self {
        let authority = authority();
        let mut ca_file = NamedTempFile::new().unwrap();
        ca_file.write_all(authority.pem().as_bytes()).unwrap();
        Self {
            port: server(&authority).await,
            plain_port: plain_server().await,
            ca_file,
            proxy: Proxy::start().await,
        }
    }

    async fn a_server_elsewhere_is_reached_through_the_proxy_which_learns_its_name_alone(&self) {
        let url = format!("https://{NAME}:{}/token?code=SECRET", self.port);
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            let told = self.ask(&url, &[(variable, &self.proxy.url)]).await;
            assert_eq!(told, "ok", "{variable}");
            let heard = self.proxy.heard();
            assert!(
                heard.starts_with(&format!("CONNECT {NAME}:{} HTTP/1.1\r\n", self.port)),
                "{heard}"
            );
            assert!(
                !heard.contains("SECRET") && !heard.contains("/token"),
                "{heard}"
            );
        }
    }

    async fn this_machine_is_never_reached_through_a_proxy(&self) {
        let url = format!("https://127.0.0.1:{}/", self.port);
        let told = self.ask(&url, &self.every_proxy()).await;
        assert_eq!(told, "ok");
        assert_eq!(self.proxy.heard(), "");
    }

    async fn plain_http_on_loopback_is_never_reached_through_a_proxy(&self) {
        let url = format!("http://127.0.0.1:{}/", self.plain_port);
        let told = self.ask(&url, &self.every_proxy()).await;
        assert_eq!(told, "ok");
        assert_eq!(self.proxy.heard(), "");
    }

    async fn what_the_environment_exempts_is_reached_directly(&self) {
        let url = format!("https://{NAME}:{}/", self.port);
        let variables = [("HTTPS_PROXY", self.proxy.url.as_str()), ("NO_PROXY", NAME)];
        let told = self.ask(&url, &variables).await;
        assert!(told.ends_with("cannot be reached"), "{told}");
        assert_eq!(self.proxy.heard(), "");
    }

    async fn without_a_proxy_nothing_goes_there(&self) {
        let url = format!("https://{NAME}:{}/", self.port);
        let told = self.ask(&url, &[]).await;
        assert!(told.ends_with("cannot be reached"), "{told}");
        assert_eq!(self.proxy.heard(), "");
    }

    async fn a_proxy_that_refuses_is_a_server_that_cannot_be_reached(&self) {
        let url = format!("https://{NAME}:1/");
        let told = self.ask(&url, &[("HTTPS_PROXY", &self.proxy.url)]).await;
        assert_eq!(told, format!("https://{NAME}:1 cannot be reached"));
        assert!(self.proxy.heard().starts_with("CONNECT "));
    }

    /// Whoever is behind it: the certificate decides.
    async fn a_proxy_cannot_stand_in_for_the_server(&self) {
        let impostor = server(&authority()).await;
        let url = format!("https://{NAME}:{impostor}/");
        let told = self.ask(&url, &[("HTTPS_PROXY", &self.proxy.url)]).await;
        assert!(told.contains("certificate"), "{told}");
        assert!(self.proxy.heard().starts_with("CONNECT "));
    }

    fn every_proxy(&self) -> Vec<(&str, &str)> {
        [
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "ALL_PROXY",
            "https_proxy",
            "http_proxy",
            "all_proxy",
        ]
        .into_iter()
        .map(|variable| (variable, self.proxy.url.as_str()))
        .collect()
    }

    /// What a process with these variables, and no other of their kind, is told.
    async fn ask(&self, url: &str, variables: &[(&str, &str)]) -> String {
        let mut process = tokio::process::Command::new(std::env::current_exe().unwrap());
        for (name, _) in std::env::vars_os() {
            if name
                .to_string_lossy()
                .to_ascii_lowercase()
                .ends_with("_proxy")
            {
                process.env_remove(name);
            }
        }
        let ca_file: &Path = self.ca_file.path();
        process
            .env(ASK, url)
            .env(CA_FILE, ca_file)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let output = process.output().await.unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// A proxy that leads every CONNECT to this machine, and remembers what it was told before TLS began.
struct Proxy {
    url: String,
    heard: Arc<Mutex<String>>,
}

impl Proxy {
    async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(String::new()));
        let hearing = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((near, _)) = socket.accept().await {
                tokio::spawn(carry(near, Arc::clone(&hearing)));
            }
        });
        Self { url, heard }
    }

    /// What it heard since it was last asked.
    fn heard(&self) -> String {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

async fn carry(mut near: TcpStream, heard: Arc<Mutex<String>>) {
    let mut octets = Vec::new();
    while !octets.ends_with(b"\r\n\r\n") {
        let Ok(octet) = near.read_u8().await else {
            return;
        };
        octets.push(octet);
    }
    let asked = String::from_utf8(octets).unwrap();
    heard.lock().unwrap().push_str(&asked);
    let authority = asked.split(' ').nth(1).unwrap_or_default();
    let port = authority
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    let far = TcpStream::connect(("127.0.0.1", port.unwrap_or(0))).await;
    let Ok(mut far) = far else {
        let _sent = near.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
        return;
    };
    let _sent = near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    let _ended = tokio::io::copy_bidirectional(&mut near, &mut far).await;
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A TLS server on 127.0.0.1 that says "ok". Returns its port.
async fn server(authority: &CertifiedIssuer<'static, KeyPair>) -> u16 {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![NAME.to_owned(), "127.0.0.1".to_owned()])
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
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                say_ok(&mut stream).await;
            }
        }
    });
    port
}

async fn plain_server() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = socket.accept().await {
            say_ok(&mut stream).await;
        }
    });
    port
}

async fn say_ok(stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin)) {
    let mut head = [0; 1024];
    let _head = stream.read(&mut head).await;
    let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let _sent = stream.write_all(reply).await;
    let _closed = stream.shutdown().await;
}
