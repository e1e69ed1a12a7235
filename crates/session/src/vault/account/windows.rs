//! Windows: the security identifier of the account. A name can be changed, and given to somebody else.
#![allow(unsafe_code)]

use std::io;

use windows::Win32::Foundation::{HANDLE, HLOCAL, LocalFree};
use windows::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows::Win32::Security::{GetTokenInformation, TOKEN_QUERY, TOKEN_USER, TokenUser};
use windows::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};
use windows::core::{Owned, PWSTR};

/// `TOKEN_USER` and the longest identifier (`SECURITY_MAX_SID_SIZE`, 68 octets), in units that are aligned for both.
const LONGEST: usize = 16;

/// The account that runs this program.
pub(super) fn name() -> io::Result<String> {
    let mut token = HANDLE::default();
    // SAFETY: the place for the handle is ours.
    unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) }?;
    // SAFETY: the handle was opened just now, and nobody else has it.
    let token = unsafe { Owned::new(token) };
    let mut user = [0_u64; LONGEST];
    let size = u32::try_from(size_of_val(&user)).map_err(io::Error::other)?;
    let mut length = 0;
    let place = user.as_mut_ptr().cast();
    // SAFETY: the place is ours and as large as is said; the call writes no more than that.
    unsafe { GetTokenInformation(*token, TokenUser, Some(place), size, &raw mut length) }?;
    // SAFETY: the call filled it with a TOKEN_USER, whose identifier lies in it as well; it is aligned for that.
    let sid = unsafe { (*user.as_ptr().cast::<TOKEN_USER>()).User.Sid };
    let mut text = PWSTR::null();
    // SAFETY: the identifier lives as long as `user`; the place for the text is ours.
    unsafe { ConvertSidToStringSidW(sid, &raw mut text) }?;
    // SAFETY: the call made a text that ends with a zero.
    let name = unsafe { text.to_string() };
    // SAFETY: the text was allocated for us, and is not used after.
    unsafe { LocalFree(Some(HLOCAL(text.0.cast()))) };
    name.map_err(io::Error::other)
}
