//! Days and times relative to the day on which the demo runs.

use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned, civil::Date};
use records::wire::EarlierSignature;

/// A clock time so many days ago.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ago {
    pub days: i32,
    pub time: (i8, i8, i8),
}

/// So many days ago, at this hour and minute.
pub(super) const fn ago(days: i32, hour: i8, minute: i8) -> Ago {
    Ago {
        days,
        time: (hour, minute, 0),
    }
}

impl Ago {
    /// The instant; never later than a little before `now`, so that early risers see no future.
    pub fn before(self, now: &Zoned) -> Timestamp {
        let (hour, minute, second) = self.time;
        let wanted = at(day(now, -self.days), (hour, minute, second), now);
        wanted.min(now.timestamp() - SignedDuration::from_mins(5))
    }
}

/// When a signature is due.
#[derive(Debug, Clone, Copy)]
pub(super) enum Due {
    /// So many minutes ago, rounded down to the half hour.
    Overdue(i64),
    /// At the next full hour that is at least so many hours away, but still today.
    Today(i64),
    /// So many days from now, at this hour.
    InDays(i32, i8),
}

impl Due {
    pub fn after(self, now: &Zoned) -> Timestamp {
        const HALF_HOUR: i64 = 30 * 60;
        let seconds = now.timestamp().as_second();
        match self {
            Self::Overdue(minutes) => {
                instant((seconds - minutes * 60).div_euclid(HALF_HOUR) * HALF_HOUR)
            }
            Self::Today(hours) => {
                let later = (seconds + hours * 3600 + 3599).div_euclid(3600) * 3600;
                instant(later).min(at(now.date(), (23, 59, 0), now))
            }
            Self::InDays(days, hour) => at(day(now, days), (hour, 0, 0), now),
        }
    }
}

/// A signature that is there already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed {
    pub name: &'static str,
    pub version: u32,
    pub meaning: &'static str,
    pub at: Ago,
    pub receipt: u64,
}

impl Signed {
    pub fn at(&self, now: &Zoned) -> EarlierSignature {
        EarlierSignature {
            name: self.name.to_owned(),
            version: self.version.to_string(),
            meaning: self.meaning.to_owned(),
            signed_at: self.at.before(now),
            receipt: self.receipt,
        }
    }
}

/// Fills in `{{-4}}` as a date and `{{-4 07:55}}` as an instant with offset.
pub(super) fn fill(text: &str, now: &Zoned) -> String {
    let mut parts = text.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (placeholder, rest) = part.split_once("}}").unwrap_or((part, ""));
        filled.push_str(&written(placeholder, now));
        filled.push_str(rest);
    }
    filled
}

fn written(placeholder: &str, now: &Zoned) -> String {
    let (days, time) = placeholder
        .split_once(' ')
        .map_or((placeholder, None), |(days, time)| (days, Some(time)));
    let date = day(now, days.parse().unwrap_or_default());
    let time = time.and_then(|time| time.split_once(':'));
    match time {
        None => date.to_string(),
        Some((hour, minute)) => {
            let time = (
                hour.parse().unwrap_or_default(),
                minute.parse().unwrap_or_default(),
                0,
            );
            zoned(date, time, now)
                .strftime("%Y-%m-%dT%H:%M:%S%:z")
                .to_string()
        }
    }
}

fn day(now: &Zoned, days: i32) -> Date {
    now.date().saturating_add(days.days())
}

fn at(date: Date, time: (i8, i8, i8), now: &Zoned) -> Timestamp {
    zoned(date, time, now).timestamp()
}

fn zoned(date: Date, (hour, minute, second): (i8, i8, i8), now: &Zoned) -> Zoned {
    // Only a date at the end of time has no instant in its zone.
    date.at(hour, minute, second, 0)
        .to_zoned(now.time_zone().clone())
        .unwrap_or_else(|_| now.clone())
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
