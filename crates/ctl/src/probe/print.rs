//! The agent `print`: it says which address to visit, and shows nothing itself.
//!
//! Whoever visits has a jar of their own; what is in it before, and what becomes of it after, only they know. The answer
//! comes through the callback's port. An address that carries a token is never printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use identity::{Agent, AgentError, AgentEvent, BringForward, Disposal, OpenAgent, Opening};
use tokio::sync::mpsc::UnboundedSender;
use url::Url;

use super::Line;

/// Prints addresses.
pub struct Print {
    tell: UnboundedSender<Line>,
    jars: AtomicU32,
}

impl Print {
    /// Prints them there.
    pub fn new(tell: UnboundedSender<Line>) -> Self {
        Self {
            tell,
            jars: AtomicU32::new(0),
        }
    }
}

#[async_trait]
impl Agent for Print {
    async fn open(&self, _: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        Ok(Box::new(OpenPrint {
            tell: self.tell.clone(),
            jar: self.jars.fetch_add(1, Ordering::Relaxed) + 1,
        }))
    }

    fn kind(&self) -> &'static str {
        "print"
    }
}

struct OpenPrint {
    tell: UnboundedSender<Line>,
    jar: u32,
}

#[async_trait]
impl OpenAgent for OpenPrint {
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError> {
        if url.query_pairs().any(|(name, _)| name == "id_token_hint") {
            let why = "an address that carries a token is not printed";
            return Err(AgentError::Failed(why.to_owned()));
        }
        let jar = self.jar;
        self.tell
            .send(Line::Open { url, jar, shown })
            .map_err(|_| AgentError::Failed("nobody reads what is printed".to_owned()))
    }

    async fn next(&mut self) -> AgentEvent {
        std::future::pending().await
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        Arc::new(Nothing)
    }

    async fn close(self: Box<Self>) -> Disposal {
        Disposal {
            jar_gone: false,
            notes: vec!["the pages were visited elsewhere, in a jar that is not ours".to_owned()],
            ..Disposal::complete()
        }
    }
}

struct Nothing;

#[async_trait]
impl BringForward for Nothing {
    async fn bring_forward(&self) {}
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    async fn opened(print: &Print) -> Box<dyn OpenAgent> {
        let opening = Opening {
            redirect_uri: "http://127.0.0.1:1/callback".parse().unwrap(),
            allowed_hosts: Vec::new(),
            issuer_origin: "https://id.example".to_owned(),
            purpose: identity::Purpose::Sign,
            development_http: false,
        };
        print.open(opening).await.unwrap()
    }

    #[tokio::test]
    async fn every_opening_is_another_jar() {
        let (tell, mut told) = mpsc::unbounded_channel();
        let print = Print::new(tell);
        for (expected, shown) in [(1, false), (2, true)] {
            let url: Url = "https://id.example/authorize?state=x".parse().unwrap();
            opened(&print)
                .await
                .visit(url.clone(), shown)
                .await
                .unwrap();
            let line = told.recv().await.unwrap();
            assert_eq!(
                line,
                Line::Open {
                    url,
                    jar: expected,
                    shown
                }
            );
        }
    }

    #[tokio::test]
    async fn an_address_that_carries_a_token_is_not_printed() {
        let (tell, mut told) = mpsc::unbounded_channel();
        let print = Print::new(tell);
        let url: Url = "https://id.example/logout?client_id=x&id_token_hint=a.b.c"
            .parse()
            .unwrap();

        let refused = opened(&print).await.visit(url, false).await;

        assert!(matches!(refused, Err(AgentError::Failed(_))));
        assert!(told.try_recv().is_err());
    }
}
