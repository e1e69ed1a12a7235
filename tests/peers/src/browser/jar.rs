//! Cookies by host and path (RFC 6265). Ports do not separate them, as in every browser.

use std::time::SystemTime;

use axum_extra::extract::cookie::{Cookie, Expiration};
use reqwest::header::{HeaderMap, SET_COOKIE};
use url::Url;

#[derive(Debug, Default)]
pub(super) struct Jar {
    kept: Vec<Kept>,
}

#[derive(Debug, PartialEq, Eq)]
struct Place {
    host: String,
    path: String,
    name: String,
}

#[derive(Debug)]
struct Kept {
    place: Place,
    value: String,
}

impl Jar {
    pub fn keep(&mut self, url: &Url, headers: &HeaderMap) {
        let lines = headers.get_all(SET_COOKIE).iter();
        let cookies = lines.filter_map(|line| Cookie::parse(line.to_str().ok()?).ok());
        for cookie in cookies {
            let place = Place {
                host: url.host_str().unwrap_or_default().to_owned(),
                path: cookie.path().unwrap_or("/").to_owned(),
                name: cookie.name().to_owned(),
            };
            self.kept.retain(|known| known.place != place);
            if !is_over(&cookie) {
                let value = cookie.value().to_owned();
                self.kept.push(Kept { place, value });
            }
        }
    }

    pub fn header_for(&self, url: &Url) -> Option<String> {
        let pairs: Vec<_> = self
            .kept
            .iter()
            .filter(|kept| Some(kept.place.host.as_str()) == url.host_str())
            .filter(|kept| covers(&kept.place.path, url.path()))
            .map(|kept| format!("{}={}", kept.place.name, kept.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// A cookie that was set in order to go.
fn is_over(cookie: &Cookie<'_>) -> bool {
    if let Some(age) = cookie.max_age() {
        return age.whole_seconds() <= 0;
    }
    match cookie.expires() {
        Some(Expiration::DateTime(end)) => SystemTime::from(end) <= SystemTime::now(),
        Some(Expiration::Session) | None => false,
    }
}

fn covers(cookie_path: &str, path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie_path.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar_with(lines: &[&str]) -> Jar {
        let mut jar = Jar::default();
        for line in lines {
            let mut headers = HeaderMap::new();
            headers.append(SET_COOKIE, line.parse().unwrap());
            jar.keep(&Url::parse("http://127.0.0.1:1/a").unwrap(), &headers);
        }
        jar
    }

    #[test]
    fn a_cookie_goes_back_to_its_host_and_path_whatever_the_port() {
        let jar = jar_with(&["a=1; path=/", "b=2; path=/deep"]);
        let sent = |url: &str| jar.header_for(&Url::parse(url).unwrap());
        assert_eq!(sent("http://127.0.0.1:2/x").as_deref(), Some("a=1"));
        assert_eq!(
            sent("http://127.0.0.1:2/deep/x").as_deref(),
            Some("a=1; b=2")
        );
        assert_eq!(sent("http://127.0.0.1:2/deeper").as_deref(), Some("a=1"));
        assert_eq!(sent("http://localhost:1/x"), None);
    }

    #[test]
    fn a_cookie_that_is_set_in_the_past_is_gone() {
        let expired = "a=; path=/; expires=Wed, 21 Oct 2015 00:00:00 GMT";
        assert_eq!(jar_with(&["a=1; path=/", expired]).kept.len(), 0);
        assert_eq!(
            jar_with(&["a=1; path=/", "a=; path=/; max-age=0"])
                .kept
                .len(),
            0
        );
    }
}
