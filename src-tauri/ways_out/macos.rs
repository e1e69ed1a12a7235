//! WKWebView: its menu searches the web in the system's browser, shares, and opens services. There is no setting for it, so
//! the click that asks for it never arrives, in any window of ours. A page cannot print of its own accord here.
//!
//! What the system itself adds to every program stays: looking up a word by a firm press.

use std::ptr::{NonNull, null_mut};

use block2::RcBlock;
use objc2_app_kit::{NSEvent, NSEventMask, NSEventModifierFlags, NSEventType};
use tauri::WebviewWindow;

/// For all windows of this process, those that do not exist yet included.
#[allow(unsafe_code)]
#[expect(clippy::unnecessary_wraps, reason = "other systems can fail here")]
pub(super) fn shut_main(_window: &WebviewWindow) -> tauri::Result<()> {
    let clicks = RcBlock::new(|event: NonNull<NSEvent>| -> *mut NSEvent {
        // SAFETY: AppKit lends a live event for as long as this call takes.
        let asks_for_menu = asks_for_menu(unsafe { event.as_ref() });
        if asks_for_menu {
            null_mut()
        } else {
            event.as_ptr()
        }
    });
    let mask = NSEventMask::RightMouseDown | NSEventMask::LeftMouseDown;
    // SAFETY: the block gives back the event that it was lent, or none. AppKit keeps it until the program ends.
    let watching = unsafe { NSEvent::addLocalMonitorForEventsMatchingMask_handler(mask, &clicks) };
    if watching.is_none() {
        tracing::error!("the menu of the web view could not be taken away");
    }
    Ok(())
}

fn asks_for_menu(event: &NSEvent) -> bool {
    event.r#type() == NSEventType::RightMouseDown
        || event
            .modifierFlags()
            .contains(NSEventModifierFlags::Control)
}
