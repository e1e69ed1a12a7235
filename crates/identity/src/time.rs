//! Instants as the wire writes them: NumericDate in tokens, `Date` in HTTP.

use http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::Value;

/// A NumericDate (RFC 7519, 2) in whole seconds. `None` for anything but a number of this era.
pub(crate) fn numeric_date(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().and_then(whole_seconds)),
        _ => None,
    }
}

/// The provider's clock minus ours, in seconds.
pub(crate) fn clock_ahead_s(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let date = headers.get(header::DATE)?.to_str().ok()?;
    let theirs = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(date)
        .ok()?;
    Some(theirs.as_second() - now.as_second())
}

#[expect(clippy::cast_possible_truncation)] // the range is checked first
fn whole_seconds(seconds: f64) -> Option<i64> {
    (seconds.abs() < 1e15).then(|| seconds.floor() as i64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use http::HeaderMap;
    use jiff::Timestamp;
    use serde_json::json;

    use super::{clock_ahead_s, numeric_date};

    #[test]
    fn the_http_date_tells_how_far_the_clocks_are_apart() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        let ours: Timestamp = "1994-11-06T08:39:37Z".parse().unwrap();
        assert_eq!(clock_ahead_s(&headers, ours), Some(600));
    }

    #[test]
    fn a_date_that_is_none_measures_nothing() {
        let mut headers = HeaderMap::new();
        assert_eq!(clock_ahead_s(&headers, Timestamp::UNIX_EPOCH), None);
        headers.insert("date", "yesterday".parse().unwrap());
        assert_eq!(clock_ahead_s(&headers, Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn only_numbers_are_dates() {
        assert_eq!(numeric_date(&json!(17)), Some(17));
        assert_eq!(numeric_date(&json!(17.9)), Some(17));
        assert_eq!(numeric_date(&json!("17")), None);
        assert_eq!(numeric_date(&json!(1e300)), None);
        assert_eq!(numeric_date(&json!(null)), None);
    }

    #[test]
    fn a_fraction_is_cut_towards_the_past_and_no_number_leaves_this_era() {
        assert_eq!(numeric_date(&json!(-0.5)), Some(-1));
        assert_eq!(
            numeric_date(&json!(999_999_999_999_999.0)),
            Some(999_999_999_999_999)
        );
        assert_eq!(numeric_date(&json!(1e15)), None);
        assert_eq!(numeric_date(&json!(-1e15)), None);
        assert_eq!(numeric_date(&json!(u64::MAX)), None);
    }
}
