//! Instants and dates as a person reads them, without losing anything: two different times never read the same.

use catalogue::Locale;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// An instant for the pages, which lay it out themselves.
pub(super) fn rfc3339(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::system());
    at.display_with_offset(zoned.offset()).to_string()
}

/// A FHIR `date` or `dateTime`. What has another form, or more precision than is shown, stays as it is written.
pub(super) fn fhir(text: &str, locale: Locale) -> String {
    laid_out(text, locale).unwrap_or_else(|| text.to_owned())
}

fn laid_out(text: &str, locale: Locale) -> Option<String> {
    let Some((day, time)) = text.split_once('T') else {
        return day(text, locale);
    };
    let (clock, zone) = match time.split_at_checked(8)? {
        (clock, "Z") => (clock, "UTC".to_owned()),
        (clock, offset) if is_offset(offset) => (clock, format!("UTC{offset}")),
        _ => return None,
    };
    let digits = |at: usize| clock.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let is_clock = [0, 1, 3, 4, 6, 7].into_iter().all(digits)
        && clock.as_bytes().get(2) == Some(&b':')
        && clock.as_bytes().get(5) == Some(&b':');
    is_clock.then_some(())?;
    Some(format!("{}, {clock} {zone}", self::day(day, locale)?))
}

fn day(text: &str, locale: Locale) -> Option<String> {
    let date: Date = text.parse().ok()?;
    // The parser is lenient; only what reads back the same is laid out.
    if date.to_string() != text {
        return None;
    }
    let form = match locale {
        Locale::En => "%-d %b %Y",
        Locale::De => "%d.%m.%Y",
    };
    Some(date.strftime(form).to_string())
}

fn is_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && matches!(bytes.first(), Some(b'+' | b'-'))
        && bytes.get(3) == Some(&b':')
        && [1, 2, 4, 5]
            .into_iter()
            .all(|at| bytes.get(at).is_some_and(u8::is_ascii_digit))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-12", "12 Nov 2026", "12.11.2026")]
    #[case(
        "2026-11-18T09:12:05+01:00",
        "18 Nov 2026, 09:12:05 UTC+01:00",
        "18.11.2026, 09:12:05 UTC+01:00"
    )]
    #[case(
        "2026-11-18T09:12:05Z",
        "18 Nov 2026, 09:12:05 UTC",
        "18.11.2026, 09:12:05 UTC"
    )]
    fn a_date_is_laid_out_in_the_language(
        #[case] written: &str,
        #[case] en: &str,
        #[case] de: &str,
    ) {
        assert_eq!(fhir(written, Locale::En), en);
        assert_eq!(fhir(written, Locale::De), de);
    }

    #[rstest]
    #[case("2026-11")]
    #[case("2026")]
    #[case("2026-11-18T09:12:05.120+01:00")]
    #[case("2026-11-18T9:12:05+01:00")]
    #[case("2026-02-30")]
    #[case("about noon")]
    fn what_would_lose_something_stays_as_written(#[case] written: &str) {
        assert_eq!(fhir(written, Locale::En), written);
    }
}
