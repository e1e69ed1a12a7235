//! macOS: Quartz knows when the last event came from a device, and whether the login session's screen is locked.

use std::time::Duration;

use objc2_core_foundation::{CFBoolean, CFDictionary, CFString, CFType};
use objc2_core_graphics::{
    CGEventSource, CGEventSourceStateID, CGEventType, CGSessionCopyCurrentDictionary,
};

use super::{Input, Sign};

/// `kCGAnyInputEventType`: any event at all.
const ANY_INPUT: CGEventType = CGEventType(u32::MAX);
/// Set in the session's dictionary while its screen is locked; absent otherwise.
const LOCKED: &str = "CGSSessionScreenIsLocked";

/// What Quartz says.
pub(super) struct Mac;

impl Input for Mac {
    fn idle(&mut self) -> Option<Duration> {
        let seconds = CGEventSource::seconds_since_last_event_type(
            CGEventSourceStateID::HIDSystemState,
            ANY_INPUT,
        );
        Duration::try_from_secs_f64(seconds).ok()
    }

    fn sign(&mut self) -> Option<Sign> {
        let session = CGSessionCopyCurrentDictionary()?;
        locked(&session).then_some(Sign::Locked)
    }
}

fn locked(session: &CFDictionary) -> bool {
    // SAFETY: Quartz documents the session's dictionary as one of property-list values under texts, so its keys are
    // `CFString` and its values some `CFType`. It is only read, while it is retained by the caller.
    #[allow(unsafe_code)]
    let session = unsafe { session.cast_unchecked::<CFString, CFType>() };
    session
        .get(&CFString::from_str(LOCKED))
        .and_then(|value| value.downcast::<CFBoolean>().ok())
        .is_some_and(|locked| locked.as_bool())
}
