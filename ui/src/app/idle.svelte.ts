// The time without input. The shell measures it and says what is left; here it is only kept, and input is passed on.

import type { Host } from '../host'
import type { IdleEnd } from '../ipc/IdleEnd'
import type { IdleView } from '../ipc/IdleView'
import type { Locale } from '../texts/catalogue'
import { idleSaid } from './sayings'

/** However much is typed, the shell hears of it no oftener. */
const TOUCH_MS = 1000

export class Idle {
  /** Seconds left, where there is a countdown to show. */
  leftS = $state.raw<number | null>(null)
  /**
   * What screen readers hear of it. It has regions of its own, one of them in every dialog: behind a dialog it would
   * wait, and come too late.
   */
  said = $state.raw('')
  #told = -Infinity

  constructor(private readonly host: Host) {}

  hear(locale: Locale, then: IdleEnd, { leftS }: IdleView): void {
    const said = idleSaid(locale, then, this.leftS, leftS)
    const extended = leftS === null || (this.leftS !== null && leftS > this.leftS)
    if (said !== '' || extended) this.said = said
    this.leftS = leftS
  }

  touched(): void {
    const now = performance.now()
    if (now - this.#told < TOUCH_MS) return
    this.#told = now
    this.host.touched().catch((thrown: unknown) => console.warn('input could not be passed on', thrown))
  }

  forget(): void {
    this.leftS = null
    this.said = ''
  }
}
