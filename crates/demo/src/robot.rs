//! A scripted user agent: its own cookie jar, follows redirects, fills in the sign-in pages.
//!
//! One [`Browser`] is one jar; clones share it, as tabs do. It understands only the demo provider's pages,
//! runs no script and speaks only plain http on loopback.

mod form;
mod jar;

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::{Client, redirect};
use url::Url;

use crate::idp::Account;
use form::Form;
use jar::Jar;

/// Longer chains of redirects and pages than this are a loop.
const MAX_STEPS: usize = 12;

/// A browser with an empty jar.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    jar: Arc<Mutex<Jar>>,
}

/// Where a visit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// A redirect that leaves the provider: the answer to the client. It was not followed.
    Callback(Url),
    /// A page that somebody would have to read.
    Page(Page),
}

/// A page, as far as tests look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it came from.
    pub url: Url,
    /// The HTTP status.
    pub status: u16,
    /// The whole document.
    pub html: String,
}

/// The script did not fit what the provider showed.
#[derive(Debug, thiserror::Error)]
pub enum RobotError {
    /// Nobody answered.
    #[error("the page could not be loaded: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// The page has no form with this field.
    #[error("the page asks for no {0:?}")]
    NoField(&'static str),
    /// The page asks for something that the script does not give.
    #[error("the page still asks for {0:?}")]
    StillAsks(&'static str),
    /// An address that is none.
    #[error("the page leads to something that is no address")]
    NoAddress(#[from] url::ParseError),
    /// More steps than any sign-in takes.
    #[error("the pages lead round in circles")]
    Circles,
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    /// A browser with an empty jar.
    ///
    /// # Panics
    /// When no plain http client can be built, for which there is no known reason.
    pub fn new() -> Self {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .tls_certs_only([])
            .build();
        Self {
            // Without TLS roots to load or a proxy to read there is nothing that could fail.
            #[allow(clippy::expect_used)]
            client: client.expect("a plain http client can be built"),
            jar: Arc::default(),
        }
    }

    /// Follows an authorization request and signs in when asked, up to the answer to the client.
    ///
    /// With `second_factor` a one-time code is typed when the page asks for it; without, that is an error.
    pub async fn sign_in(
        &self,
        url: &Url,
        account: &Account,
        second_factor: bool,
    ) -> Result<Url, RobotError> {
        let page = match self.visit(url).await? {
            Landing::Callback(callback) => return Ok(callback),
            Landing::Page(page) => page,
        };
        let typed = [
            ("User name", account.username),
            ("Password", account.password),
        ];
        let page = match self.submit(&page, &typed).await? {
            Landing::Callback(callback) => return Ok(callback),
            Landing::Page(page) => page,
        };
        if Form::with_field(&page, "One-time code").is_none() {
            return Err(RobotError::StillAsks("Password"));
        }
        if !second_factor {
            return Err(RobotError::StillAsks("One-time code"));
        }
        let code = form::shown_code(&page).ok_or(RobotError::NoField("One-time code"))?;
        match self.submit(&page, &[("One-time code", &code)]).await? {
            Landing::Callback(callback) => Ok(callback),
            Landing::Page(_) => Err(RobotError::StillAsks("One-time code")),
        }
    }

    /// Follows an address up to a page or to the answer to the client; types nothing.
    pub async fn visit(&self, url: &Url) -> Result<Landing, RobotError> {
        self.follow(self.client.get(url.clone()), url).await
    }

    /// Fills in the form that has all of these labels, and presses its button.
    pub async fn submit(
        &self,
        page: &Page,
        typed: &[(&'static str, &str)],
    ) -> Result<Landing, RobotError> {
        let (first, _) = typed.first().ok_or(RobotError::NoField("anything"))?;
        let form = Form::with_field(page, first).ok_or(RobotError::NoField(first))?;
        self.post(page, &form, typed).await
    }

    /// Presses the button with this name in a form of its own.
    pub async fn press(&self, page: &Page, button: &'static str) -> Result<Landing, RobotError> {
        let form = Form::with_button(page, button).ok_or(RobotError::NoField(button))?;
        self.post(page, &form, &[]).await
    }

    /// The names of the cookies in the jar.
    pub fn cookie_names(&self) -> Vec<String> {
        self.with_jar(|jar| jar.names())
    }

    /// Every `Set-Cookie` line that came, for looking at attributes.
    pub fn set_cookie_lines(&self) -> Vec<String> {
        self.with_jar(|jar| jar.lines())
    }

    async fn post(
        &self,
        page: &Page,
        form: &Form,
        typed: &[(&'static str, &str)],
    ) -> Result<Landing, RobotError> {
        let target = page.url.join(&form.action)?;
        let body = form.filled(typed)?;
        let request = self
            .client
            .post(target.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.follow(request, &target).await
    }

    async fn follow(
        &self,
        first: reqwest::RequestBuilder,
        url: &Url,
    ) -> Result<Landing, RobotError> {
        let home = url.origin();
        let (mut request, mut url) = (first, url.clone());
        for _ in 0..MAX_STEPS {
            if let Some(cookies) = self.with_jar(|jar| jar.header_for(&url)) {
                request = request.header("cookie", cookies);
            }
            let response = request.send().await?;
            self.with_jar(|jar| jar.keep(&url, response.headers()));
            let location = response
                .headers()
                .get("location")
                .and_then(|value| value.to_str().ok());
            let Some(location) = location.filter(|_| response.status().is_redirection()) else {
                let status = response.status().as_u16();
                return Ok(Landing::Page(Page {
                    url,
                    status,
                    html: response.text().await?,
                }));
            };
            url = url.join(location)?;
            if url.origin() != home {
                return Ok(Landing::Callback(url));
            }
            request = self.client.get(url.clone());
        }
        Err(RobotError::Circles)
    }

    fn with_jar<T>(&self, use_it: impl FnOnce(&mut Jar) -> T) -> T {
        use_it(&mut self.jar.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
