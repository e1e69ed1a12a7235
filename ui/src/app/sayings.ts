// What is said aloud about a ceremony, and when. Pure: the announcer only speaks it.

import type { CeremonyView } from '../ipc/CeremonyView'
import type { EndingView } from '../ipc/EndingView'
import type { StepView } from '../ipc/StepView'
import { type Locale, text } from '../texts/catalogue'
import type { Urgency } from './announcer.svelte'

const MARKS_S = [120, 60, 30]

/** `Done: … Now: …`, when a step was finished between two views. */
export function stepsSaid(locale: Locale, signer: string, before: CeremonyView | null, after: CeremonyView): string {
  const wasDone = new Set(before?.steps.filter((step) => step.state === 'done').map((step) => step.name) ?? [])
  const done = after.steps.filter((step) => step.state === 'done' && !wasDone.has(step.name)).at(-1)
  if (!done) return ''
  const now = after.steps.find((step) => step.state === 'now')
  const say = (step: StepView): string => text(locale, `step-${step.name}`, { name: signer })
  return now
    ? text(locale, 'said-step', { done: say(done), now: say(now) })
    : text(locale, 'said-last-step', { done: say(done) })
}

/** The timer is silent but for 2:00, 1:00 and 0:30, each said once as it is passed. */
export function timeSaid(locale: Locale, leftBefore: number, leftNow: number): string {
  const passed = MARKS_S.filter((mark) => leftBefore > mark * 1000 && leftNow <= mark * 1000).at(-1)
  if (passed === undefined || leftNow <= 0) return ''
  return text(locale, 'said-time', { seconds: passed })
}

/** What an ending says, and whether it interrupts. */
export function endingSaid(locale: Locale, ending: EndingView): { text: string; urgency: Urgency } {
  switch (ending.kind) {
    case 'signed':
      return { text: text(locale, 'signed'), urgency: 'polite' }
    case 'not_applied':
      return { text: text(locale, 'not-applied', { reference: ending.detail.reference }), urgency: 'assertive' }
    case 'cancelled':
      return { text: text(locale, 'cancelled'), urgency: 'polite' }
    case 'timed_out':
      return { text: text(locale, 'timed-out'), urgency: 'polite' }
    case 'network':
      return { text: `${ending.detail.text || text(locale, 'network')} ${ending.detail.remedy}`.trim(), urgency: 'assertive' }
    case 'local':
      return { text: `${ending.detail.text || text(locale, 'fault-unexpected')} ${ending.detail.remedy}`.trim(), urgency: 'assertive' }
    case 'record_changed':
      return { text: text(locale, 'record-changed'), urgency: 'assertive' }
    case 'unconfirmed':
      return { text: text(locale, 'unconfirmed'), urgency: 'assertive' }
    case 'signing_locked':
      return { text: text(locale, 'signing-locked'), urgency: 'assertive' }
  }
}
