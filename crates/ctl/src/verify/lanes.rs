//! Many pieces of work over the cores, told in the order in which they were given.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, Scope};

use anyhow::Context as _;

/// How many results may wait in a lane until it is their turn. Evidence has up to 1 MiB, and there may be thousands.
const AHEAD: usize = 4;

/// Does the work on as many threads as there are cores, and tells each result in the order of the items.
///
/// Every lane takes each n-th item, so the next result always comes from the next lane: nothing is sorted, and a lane
/// that is ahead waits. When telling fails, nothing further is begun.
pub fn in_order<I: Sync, R: Send>(
    items: &[I],
    work: impl Fn(&I) -> R + Sync,
    mut tell: impl FnMut(&I, R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Where the system does not say how many cores there are, one is certain.
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let count = cores.min(items.len()).max(1);
    thread::scope(|scope| {
        let work = &work;
        let lanes: Vec<_> = (0..count)
            .map(|first| lane(scope, items.iter().skip(first).step_by(count), work))
            .collect();
        for (item, lane) in items.iter().zip(lanes.iter().cycle()) {
            let result = lane.recv().context("the work was broken off")?;
            tell(item, result)?;
        }
        Ok(())
    })
}

fn lane<'scope, I: Sync + 'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    items: impl Iterator<Item = &'scope I> + Send + 'scope,
    work: &'scope (impl Fn(&I) -> R + Sync),
) -> Receiver<R> {
    let (done, results) = sync_channel(AHEAD);
    scope.spawn(move || {
        for item in items {
            if done.send(work(item)).is_err() {
                // Nobody listens any more.
                break;
            }
        }
    });
    results
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_are_told_in_the_order_of_the_items_each_once() {
        let items: Vec<u32> = (0..1000).collect();
        let mut told = Vec::new();

        in_order(
            &items,
            |item| item * 2,
            |item, result| {
                told.push((*item, result));
                Ok(())
            },
        )
        .unwrap();

        let expected: Vec<_> = items.iter().map(|item| (*item, item * 2)).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn when_telling_fails_the_work_ends_soon() {
        let begun = AtomicUsize::new(0);
        let items = vec![(); 100_000];

        let ended = in_order(
            &items,
            |()| begun.fetch_add(1, Ordering::Relaxed),
            |(), _| anyhow::bail!("the pipe is closed"),
        );

        assert!(ended.is_err());
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        assert!(begun.into_inner() <= cores * (AHEAD + 2));
    }

    #[test]
    fn nothing_to_do_is_done_at_once() {
        in_order(&[], |(): &()| (), |(), ()| anyhow::bail!("never told")).unwrap();
    }
}
