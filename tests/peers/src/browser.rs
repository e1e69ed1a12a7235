//! A scripted browser for pages that others wrote: a cookie jar, redirects, forms, and the forms that submit themselves.
//!
//! One [`Browser`] is one jar; clones share it, as tabs do. It runs no script; the one thing that scripts do on the way
//! through a sign-in, submitting the page's only form, it does where a page says so. It speaks plain http on loopback.

mod jar;
mod page;

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::{Client, RequestBuilder, redirect};
use url::Url;

use crate::Account;
use jar::Jar;
pub use page::Page;
use page::{Filling, Form};

/// Longer chains of redirects and pages than this are a loop.
const MAX_STEPS: usize = 12;
/// Nobody types their password more often than this.
const MAX_ATTEMPTS: usize = 3;

/// A browser with a jar.
#[derive(Clone, Debug)]
pub struct Browser {
    client: Client,
    jar: Arc<Mutex<Jar>>,
}

/// Where a visit ended.
#[derive(Debug)]
pub enum Landing {
    /// A redirect that leaves the provider: the answer to a client. It was not followed.
    Callback(Url),
    /// A page that somebody would have to read.
    Page(Page),
}

/// The script did not fit what the provider showed.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// Nobody answered.
    #[error("the page could not be loaded: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// An address that is none.
    #[error("the page leads to something that is no address")]
    NoAddress(#[from] url::ParseError),
    /// More steps than any sign-in takes.
    #[error("the pages lead round in circles")]
    Circles,
    /// The page has nothing that this script could do.
    #[error("nothing can be done on the page {0:?}")]
    Stuck(String),
    /// The credentials were typed often enough.
    #[error("the page asks for credentials again and again")]
    AsksAgain,
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    /// A browser with an empty jar.
    pub fn new() -> Self {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .tls_certs_only([])
            .build();
        Self {
            client: client.expect("a plain http client needs nothing that could be missing"),
            jar: Arc::default(),
        }
    }

    /// Follows an address up to a page or to the answer to a client; types nothing.
    pub async fn visit(&self, url: &Url) -> Result<Landing, Lost> {
        self.follow(self.client.get(url.clone()), url).await
    }

    /// Follows an authorization request and signs in wherever that is asked for, up to the answer to the client.
    pub async fn sign_in(&self, url: &Url, account: &Account) -> Result<Url, Lost> {
        let mut landing = self.visit(url).await?;
        let mut attempts = 0;
        for _ in 0..MAX_STEPS {
            let page = match landing {
                Landing::Callback(callback) => return Ok(callback),
                Landing::Page(page) => page,
            };
            let form = page.sign_in_form().or_else(|| page.go_on_form());
            let form = form.ok_or_else(|| Lost::Stuck(page.title()))?;
            attempts += usize::from(form.asks_for_password());
            if attempts > MAX_ATTEMPTS {
                return Err(Lost::AsksAgain);
            }
            landing = self.submit(&page, &form, &Filling::Of(account)).await?;
        }
        Err(Lost::Circles)
    }

    /// Presses the button with this name on a page.
    pub async fn press(&self, page: &Page, button: &str) -> Result<Landing, Lost> {
        let form = page.form_with_button(button);
        let form = form.ok_or_else(|| Lost::Stuck(page.title()))?;
        self.submit(page, &form, &Filling::Pressing(button)).await
    }

    async fn submit(
        &self,
        page: &Page,
        form: &Form,
        filling: &Filling<'_>,
    ) -> Result<Landing, Lost> {
        let target = form.target(&page.url)?;
        let request = self.post(&target, form.filled(filling));
        self.follow(request, &target).await
    }

    fn post(&self, target: &Url, body: String) -> RequestBuilder {
        self.client
            .post(target.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    async fn follow(&self, first: RequestBuilder, url: &Url) -> Result<Landing, Lost> {
        let home = url.origin();
        let (mut request, mut url) = (first, url.clone());
        for _ in 0..MAX_STEPS {
            if let Some(cookies) = self.with_jar(|jar| jar.header_for(&url)) {
                request = request.header("cookie", cookies);
            }
            let response = request.send().await?;
            self.with_jar(|jar| jar.keep(&url, response.headers()));
            let location = response.headers().get("location");
            let location = location.and_then(|value| value.to_str().ok());
            if let Some(location) = location.filter(|_| response.status().is_redirection()) {
                url = url.join(location)?;
                if url.origin() != home {
                    return Ok(Landing::Callback(url));
                }
                request = self.client.get(url.clone());
                continue;
            }
            let page = Page {
                status: response.status().as_u16(),
                url,
                html: response.text().await?,
            };
            let Some(form) = page.form_that_submits_itself() else {
                return Ok(Landing::Page(page));
            };
            url = form.target(&page.url)?;
            request = self.post(&url, form.filled(&Filling::AsItStands));
        }
        Err(Lost::Circles)
    }

    fn with_jar<T>(&self, use_it: impl FnOnce(&mut Jar) -> T) -> T {
        use_it(&mut self.jar.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
