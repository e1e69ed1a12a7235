//! How far a long verification has come, on stderr, for somebody who looks at it. A script or a file sees nothing of it.

use std::io::{self, IsTerminal as _, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::screen::Screen;

const TEMPLATE: &str = "{prefix} {wide_bar} {pos}/{len} {eta}";

pub struct Progress {
    bar: ProgressBar,
    /// Whether what is printed goes to a terminal too, and would run into the bar.
    in_its_way: bool,
}

impl Progress {
    /// Over this many files. One alone needs no bar, and where stderr is no terminal there is none.
    pub fn over(count: usize, screen: &Screen<impl Write>) -> anyhow::Result<Self> {
        let target = if count > 1 {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(u64::try_from(count)?), target)
            .with_style(ProgressStyle::with_template(TEMPLATE)?)
            .with_prefix(screen.text("ctl-verifying", &[]));
        Ok(Self {
            bar,
            in_its_way: io::stdout().is_terminal(),
        })
    }

    /// One more is behind us; `print` has the terminal to itself meanwhile.
    pub fn past_one<R>(&self, print: impl FnOnce() -> R) -> R {
        let printed = if self.in_its_way {
            self.bar.suspend(print)
        } else {
            print()
        };
        self.bar.inc(1);
        printed
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
