//! Windows: the system remembers when the last input of this login session came, and knows whether its screen is locked.
#![allow(unsafe_code)]

use std::time::Duration;

use windows::Win32::System::RemoteDesktop::{
    WTS_CURRENT_SESSION, WTS_SESSIONSTATE_LOCK, WTSFreeMemory, WTSINFOEXW,
    WTSQuerySessionInformationW, WTSSessionInfoEx,
};
use windows::Win32::System::SystemInformation::GetTickCount;
use windows::Win32::UI::Input::KeyboardAndMouse::{GetLastInputInfo, LASTINPUTINFO};
use windows::core::PWSTR;

use super::{Input, Sign};

/// What Windows says.
pub(super) struct Windows;

impl Input for Windows {
    fn idle(&mut self) -> Option<Duration> {
        let mut last = LASTINPUTINFO {
            cbSize: u32::try_from(size_of::<LASTINPUTINFO>()).ok()?,
            dwTime: 0,
        };
        // SAFETY: the structure is ours, and says how long it is, as the call demands.
        let known = unsafe { GetLastInputInfo(&raw mut last) };
        if !known.as_bool() {
            return None;
        }
        // SAFETY: takes nothing and cannot fail.
        let now = unsafe { GetTickCount() };
        // Both count milliseconds since the start and turn over after 49 days: their difference does not.
        Some(Duration::from_millis(now.wrapping_sub(last.dwTime).into()))
    }

    fn sign(&mut self) -> Option<Sign> {
        (session_flags()? == WTS_SESSIONSTATE_LOCK).then_some(Sign::Locked)
    }
}

fn session_flags() -> Option<u32> {
    let mut buffer = PWSTR::null();
    let mut length = 0;
    // SAFETY: both places are ours; on success the first holds memory of the system's, which is given back below.
    unsafe {
        WTSQuerySessionInformationW(
            None,
            WTS_CURRENT_SESSION,
            WTSSessionInfoEx,
            &raw mut buffer,
            &raw mut length,
        )
    }
    .ok()?;
    if buffer.is_null() {
        return None;
    }
    let whole = usize::try_from(length).is_ok_and(|length| length >= size_of::<WTSINFOEXW>());
    let info = whole.then(|| {
        // SAFETY: this class answers with this structure, it is long enough, and it is copied before it is given back.
        // The pointer's type says nothing of how it is aligned.
        unsafe { buffer.0.cast::<WTSINFOEXW>().read_unaligned() }
    });
    // SAFETY: the memory came from the call above and is not used after this.
    unsafe { WTSFreeMemory(buffer.0.cast()) };
    let info = info.filter(|info| info.Level == 1)?;
    // SAFETY: at level 1 the union holds exactly this.
    let flags = unsafe { info.Data.WTSInfoExLevel1.SessionFlags };
    Some(flags.cast_unsigned())
}
