// Where focus goes when a screen appears.

import type { Attachment } from 'svelte/attachments'

/**
 * A new screen puts focus on its heading and never on a button: an Enter that was meant for the
 * sign-in window and comes a moment too late then does nothing.
 */
export const focused: Attachment<HTMLElement> = (element) => {
  // After the flush: a modal dialog of the screen before keeps everything else inert until it is gone.
  // A dialog that opens with the new screen keeps the focus that it took.
  queueMicrotask(() => {
    if (document.querySelector('dialog:modal') === null) element.focus({ preventScroll: true })
  })
}
