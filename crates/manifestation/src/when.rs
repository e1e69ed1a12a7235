//! The date and time of a signature.

use catalogue::Locale;
use jiff::{Timestamp, Zoned};

/// `24 November 2026, 14:33:41 CET (UTC+01:00)`.
pub fn date_and_time(at: &Zoned, locale: Locale) -> String {
    let form = match locale {
        Locale::En => "%-d %B %Y, %H:%M:%S %Z (UTC%:z)",
        Locale::De => "%d.%m.%Y, %H:%M:%S %Z (UTC%:z)",
    };
    at.strftime(form).to_string()
}

/// On the signer's wall. Where this computer does not know their zone, in UTC, and it says so.
pub(crate) fn in_zone(at: Timestamp, zone: &str, locale: Locale) -> String {
    let zoned = at
        .in_tz(zone)
        .unwrap_or_else(|_| at.to_zoned(jiff::tz::TimeZone::UTC));
    date_and_time(&zoned, locale)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_manifestation_names_zone_and_offset() {
        let at: Zoned = "2026-11-24T14:33:41+01:00[Europe/Berlin]".parse().unwrap();
        assert_eq!(
            date_and_time(&at, Locale::En),
            "24 November 2026, 14:33:41 CET (UTC+01:00)"
        );
        assert_eq!(
            date_and_time(&at, Locale::De),
            "24.11.2026, 14:33:41 CET (UTC+01:00)"
        );
    }

    #[test]
    fn a_zone_that_is_not_known_here_becomes_utc() {
        let at: Timestamp = "2026-11-24T13:33:41Z".parse().unwrap();
        assert_eq!(
            in_zone(at, "Etc/Unknown", Locale::En),
            "24 November 2026, 13:33:41 UTC (UTC+00:00)"
        );
    }
}
