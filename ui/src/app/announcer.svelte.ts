// What screen readers hear: one polite and one assertive region, there from start-up.
//
// While a modal dialog is open everything behind it is inert and would not be read: messages wait until it closes.

import { untrack } from 'svelte'

export type Urgency = 'polite' | 'assertive'

export interface Message {
  id: number
  text: string
}

const KEEP_MS = 10_000

export class Announcer {
  polite = $state.raw<Message[]>([])
  assertive = $state.raw<Message[]>([])
  #next = 0
  #modals = 0
  #waiting: [Urgency, string][] = []

  say(text: string, urgency: Urgency = 'polite'): void {
    if (text === '') return
    if (this.#modals > 0) {
      this.#waiting.push([urgency, text])
      return
    }
    const message = { id: this.#next++, text }
    // Whoever speaks from within an effect must not come to depend on what was said.
    this[urgency] = [...untrack(() => this[urgency]), message]
    setTimeout(() => {
      this[urgency] = this[urgency].filter((other) => other !== message)
    }, KEEP_MS)
  }

  /** What was said may name people and records: it goes with them. */
  forget(): void {
    this.polite = []
    this.assertive = []
    this.#waiting = []
  }

  /** A modal dialog opened; call what is returned when it has closed. */
  hold(): () => void {
    this.#modals += 1
    return () => {
      this.#modals -= 1
      if (this.#modals > 0) return
      const waiting = this.#waiting
      this.#waiting = []
      for (const [urgency, text] of waiting) this.say(text, urgency)
    }
  }
}
