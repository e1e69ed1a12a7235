//! Windows: the name of the account with its domain, `WARD\adams`.
#![allow(unsafe_code)]

use std::io;

use windows::Win32::Security::Authentication::Identity::{GetUserNameExW, NameSamCompatible};
use windows::core::PWSTR;

/// Domain (15 characters), account (256 at most), the sign between and the end.
const LONGEST: usize = 512;

/// The account that runs this program.
pub(super) fn name() -> io::Result<String> {
    let mut name = [0_u16; LONGEST];
    let mut length = u32::try_from(LONGEST).map_err(io::Error::other)?;
    let place = PWSTR(name.as_mut_ptr());
    // SAFETY: the place is ours and as long as is said; the call writes no more than that, and says how much it was.
    if !unsafe { GetUserNameExW(NameSamCompatible, Some(place), &raw mut length) } {
        return Err(io::Error::last_os_error());
    }
    let length = usize::try_from(length).map_err(io::Error::other)?;
    let name = name.get(..length).ok_or(io::ErrorKind::InvalidData)?;
    String::from_utf16(name).map_err(io::Error::other)
}
