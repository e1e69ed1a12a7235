// What is said aloud, and when. Pure: the announcer only speaks it.

import type { AppState } from '../ipc/AppState'
import type { CeremonyView } from '../ipc/CeremonyView'
import type { EndingView } from '../ipc/EndingView'
import type { IdleEnd } from '../ipc/IdleEnd'
import type { LockedView } from '../ipc/LockedView'
import type { StepView } from '../ipc/StepView'
import { clock } from '../format/time'
import { type Locale, text } from '../texts/catalogue'
import type { Urgency } from './announcer.svelte'

const MARKS_S = [120, 60, 30]
const IDLE_MARKS_S = [60, 30, 10]

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

/** The countdown is silent but for 60, 30 and 10 seconds, each said once as it is passed; `null` is no countdown. */
export function idleSaid(locale: Locale, then: IdleEnd, before: number | null, now: number | null): string {
  if (now === null || now <= 0) return ''
  const passed = IDLE_MARKS_S.filter((mark) => (before ?? Infinity) > mark && now <= mark).at(-1)
  if (passed === undefined) return ''
  return text(locale, then === 'lock' ? 'said-idle-lock' : 'said-idle-sign-out', { seconds: now })
}

/** `Locked since 14:46, after 5 minutes without input` */
export function lockedSaid(locale: Locale, locked: LockedView): string {
  const at = clock(locale, new Date(locked.since))
  const by = locked.reason === 'idle' && locked.idleS === null ? 'system' : locked.reason
  if (by !== 'idle' || locked.idleS === null) return text(locale, `locked-${by}`, { clock: at })
  const whole = locked.idleS % 60 === 0
  return text(locale, whole ? 'locked-idle-minutes' : 'locked-idle-seconds', { clock: at, count: whole ? locked.idleS / 60 : locked.idleS })
}

/** Why nobody is signed in any more; nothing where the person knows, because they signed out. */
export function endSaid(locale: Locale, { ended, endedDetail }: AppState): string {
  switch (ended) {
    case 'expired':
      return text(locale, 'sign-in-expired')
    case 'absolute':
      return `${text(locale, 'absolute-title')}. ${text(locale, 'absolute-say')}`
    case 'idle':
      return text(locale, 'sign-in-idle')
    case 'elsewhere':
      return `${text(locale, endedDetail?.device ? 'elsewhere' : 'elsewhere-closed')}. ${text(locale, endedDetail?.device ? 'elsewhere-say' : 'elsewhere-closed-say')}`
    case 'signed_out':
    case 'switched':
    case null:
      return ''
  }
}
