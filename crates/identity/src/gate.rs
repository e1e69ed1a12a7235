//! Where a page of an agent may lead: one rule for the ephemeral window and for the throw-away browser.
//!
//! An allow-list: https to known hosts at their ports, loopback http under the development policy, and our own callback, which is taken
//! and never followed. It sees every navigation of every frame, and none of the sub-resources that a page loads.

use std::collections::BTreeSet;

use url::{Host, Url};

use crate::Opening;

/// What becomes of one navigation.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may go on.
    Go,
    /// It is the answer we wait for: take it, do not follow it.
    Callback,
    /// It may not; this names the host, or the scheme where there is none.
    Refuse(String),
}

/// A host and its port: another port of a listed host is another service.
type Authority = (String, u16);

/// The allow-list of one agent.
#[derive(Debug)]
pub struct Gate {
    redirect_uri: Url,
    allowed: BTreeSet<Authority>,
    development_http: bool,
}

impl Gate {
    /// What the opening allows, and nothing else.
    pub fn new(opening: &Opening) -> Self {
        let listed = opening.allowed_hosts.iter();
        Self {
            redirect_uri: opening.redirect_uri.clone(),
            allowed: listed
                .map(|host| format!("https://{host}/"))
                .chain([opening.issuer_origin.clone()])
                .filter_map(|address| authority(&Url::parse(&address).ok()?))
                .collect(),
            development_http: opening.development_http,
        }
    }

    /// Adds the host of an address that the application itself is about to visit: an endpoint out of verified discovery.
    pub fn admit(&mut self, url: &Url) {
        self.allowed.extend(authority(url));
    }

    /// Decides on one navigation.
    pub fn judge(&self, url: &Url) -> Verdict {
        if self.is_callback(url) {
            return Verdict::Callback;
        }
        // Empty documents of frames: they inherit their opener's origin and load nothing.
        if matches!(url.as_str(), "about:blank" | "about:srcdoc") {
            return Verdict::Go;
        }
        let Some(authority) = authority(url) else {
            return Verdict::Refuse(refused(url));
        };
        let secure = url.scheme() == "https"
            || (url.scheme() == "http" && self.development_http && is_loopback(url));
        if secure && self.allowed.contains(&authority) {
            Verdict::Go
        } else {
            Verdict::Refuse(refused(url))
        }
    }

    fn is_callback(&self, url: &Url) -> bool {
        let ours = &self.redirect_uri;
        url.scheme() == ours.scheme()
            && url.host() == ours.host()
            && url.port_or_known_default() == ours.port_or_known_default()
            && url.path() == ours.path()
    }
}

/// None where a scheme has no hosts or no ports: such an address is never allowed.
fn authority(url: &Url) -> Option<Authority> {
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}

/// What a refusal names: never a path or a query.
fn refused(url: &Url) -> String {
    let scheme = url.scheme();
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{scheme}://{host}:{port}"),
        (Some(host), None) => format!("{scheme}://{host}"),
        (None, _) => format!("{scheme}:"),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rstest::rstest;

    use crate::Purpose;

    fn gate(development_http: bool) -> Gate {
        Gate::new(&Opening {
            redirect_uri: Url::parse("http://127.0.0.1:43117/k3J9").unwrap(),
            allowed_hosts: vec![
                "Login.Partner.Example".to_owned(),
                "sso.partner.example:8443".to_owned(),
            ],
            issuer_origin: "https://id.clinic.example".to_owned(),
            purpose: Purpose::Sign,
            development_http,
        })
    }

    #[rstest]
    #[case::issuer("https://id.clinic.example/authorize?x=1")]
    #[case::its_port_written_out("https://id.clinic.example:443/")]
    #[case::listed_host_in_any_case("https://login.partner.example/")]
    #[case::listed_port("https://sso.partner.example:8443/login")]
    #[case::empty_frame("about:blank")]
    #[case::frame_with_its_own_source("about:srcdoc")]
    fn a_listed_https_page_may_open(#[case] url: &str) {
        assert_eq!(gate(false).judge(&Url::parse(url).unwrap()), Verdict::Go);
    }

    #[rstest]
    #[case::application_page("tauri://localhost/index.html")]
    #[case::application_page_on_windows("http://tauri.localhost/")]
    #[case::command_channel("ipc://localhost/sign_out")]
    #[case::file("file:///etc/passwd")]
    #[case::data("data:text/html,hello")]
    #[case::script("javascript:alert(1)")]
    #[case::blob("blob:https://id.clinic.example/1f0")]
    #[case::mail("mailto:it@clinic.example")]
    #[case::plain_http_of_the_issuer("http://id.clinic.example/")]
    #[case::unlisted_host("https://evil.example/")]
    #[case::another_port_of_the_issuer("https://id.clinic.example:8443/")]
    #[case::another_port_of_a_listed_host("https://login.partner.example:8443/")]
    #[case::usual_port_where_another_is_listed("https://sso.partner.example/")]
    #[case::suffix_of_a_listed_host("https://id.clinic.example.evil.example/")]
    #[case::user_info_in_front("https://id.clinic.example@evil.example/")]
    #[case::loopback_without_development("http://127.0.0.1:8080/")]
    #[case::another_path_of_the_listener("http://127.0.0.1:43117/other")]
    #[case::another_port_with_the_path("http://127.0.0.1:43118/k3J9")]
    #[case::local_file_system("filesystem:https://id.clinic.example/temporary/a")]
    #[case::source_view("view-source:https://id.clinic.example/")]
    fn anything_else_is_refused(#[case] url: &str) {
        assert!(matches!(
            gate(false).judge(&Url::parse(url).unwrap()),
            Verdict::Refuse(_)
        ));
    }

    #[test]
    fn the_callback_is_taken_whatever_it_carries() {
        let url = Url::parse("http://127.0.0.1:43117/k3J9?code=a&state=b").unwrap();
        assert_eq!(gate(false).judge(&url), Verdict::Callback);
    }

    #[test]
    fn a_refusal_names_the_host_and_never_the_query() {
        let url = Url::parse("https://evil.example/steal?code=secret").unwrap();
        assert_eq!(
            gate(false).judge(&url),
            Verdict::Refuse("https://evil.example".to_owned())
        );
    }

    #[test]
    fn development_opens_listed_loopback_addresses_only() {
        let mut gate = gate(true);
        let url = Url::parse("http://127.0.0.1:8080/login").unwrap();
        assert!(matches!(gate.judge(&url), Verdict::Refuse(_)));
        gate.admit(&url);
        assert_eq!(gate.judge(&url), Verdict::Go);
        let neighbour = Url::parse("http://127.0.0.1:8081/login").unwrap();
        assert_eq!(
            gate.judge(&neighbour),
            Verdict::Refuse("http://127.0.0.1:8081".to_owned())
        );
        let name = Url::parse("http://localhost:8080/login").unwrap();
        gate.admit(&name);
        assert!(matches!(gate.judge(&name), Verdict::Refuse(_)));
    }
}
