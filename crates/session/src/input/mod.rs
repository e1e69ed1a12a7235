//! What the operating system says about who sits there: how long nothing was touched, and whether it locks or sleeps
//! itself.
//!
//! Each system is asked in its own way, behind one port. All of them count input to the whole computer, not only to our
//! windows, and none of them tells a person from a program that makes input.

use std::time::Duration;

#[cfg(target_os = "linux")]
pub mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

/// Says what the operating system knows. Calls block; a [`Lookout`](crate::lock::Lookout) makes them on a thread of its own.
pub trait Input: 'static {
    /// How long nothing was touched; nothing where nobody can say.
    fn idle(&mut self) -> Option<Duration>;

    /// What the system does with its screen.
    fn sign(&mut self) -> Option<Sign> {
        None
    }
}

impl<I: Input + ?Sized> Input for Box<I> {
    fn idle(&mut self) -> Option<Duration> {
        (**self).idle()
    }

    fn sign(&mut self) -> Option<Sign> {
        (**self).sign()
    }
}

/// What the operating system does with its screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is locked.
    Locked,
    /// It goes to sleep, or just woke.
    Sleeps,
}

/// What this operating system says.
pub fn system() -> impl Input {
    #[cfg(target_os = "linux")]
    return linux::Desktop::open();
    #[cfg(target_os = "macos")]
    return macos::Mac;
    #[cfg(windows)]
    return windows::Windows;
    #[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
    return Unknown;
}

/// Where nobody can say.
#[derive(Clone, Copy, Debug)]
pub struct Unknown;

impl Input for Unknown {
    fn idle(&mut self) -> Option<Duration> {
        None
    }
}
