//! Cookies, as far as one loopback provider needs them: by origin and path (RFC 6265).

use axum_extra::extract::cookie::Cookie;
use reqwest::header::{HeaderMap, SET_COOKIE};
use url::Url;

#[derive(Debug, Default)]
pub(super) struct Jar {
    kept: Vec<Kept>,
    lines: Vec<String>,
}

#[derive(Debug)]
struct Kept {
    origin: String,
    path: String,
    name: String,
    value: String,
}

impl Jar {
    pub fn keep(&mut self, url: &Url, headers: &HeaderMap) {
        let origin = url.origin().ascii_serialization();
        let lines = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok());
        self.lines.extend(lines.map(str::to_owned));
        let cookies = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| Cookie::parse(line.to_str().ok()?).ok());
        for cookie in cookies {
            let kept = Kept {
                origin: origin.clone(),
                path: cookie.path().unwrap_or("/").to_owned(),
                name: cookie.name().to_owned(),
                value: cookie.value().to_owned(),
            };
            self.kept.retain(|known| {
                (&known.origin, &known.path, &known.name) != (&kept.origin, &kept.path, &kept.name)
            });
            let removed = cookie.max_age().is_some_and(|age| age.whole_seconds() <= 0);
            if !removed {
                self.kept.push(kept);
            }
        }
    }

    pub fn header_for(&self, url: &Url) -> Option<String> {
        let origin = url.origin().ascii_serialization();
        let pairs: Vec<String> = self
            .kept
            .iter()
            .filter(|kept| kept.origin == origin && covers(&kept.path, url.path()))
            .map(|kept| format!("{}={}", kept.name, kept.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub fn lines(&self) -> Vec<String> {
        self.lines.clone()
    }

    pub fn names(&self) -> Vec<String> {
        self.kept.iter().map(|kept| kept.name.clone()).collect()
    }
}

fn covers(cookie_path: &str, path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie_path.ends_with('/'))
}
