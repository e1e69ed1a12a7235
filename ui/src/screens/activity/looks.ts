// The icon of each event, and whether it needs a second look. An event that is not here is drawn as a plain line.

import type { IconName } from '../../parts/icons'

export interface Look {
  icon: IconName
  tone: '' | 'ok' | 'warn' | 'stop'
}

const PLAIN: Look = { icon: 'dash', tone: '' }

const LOOKS: Record<string, Look> = {
  started: { icon: 'window', tone: '' },
  stopped: { icon: 'window', tone: '' },
  policy_read: { icon: 'file', tone: '' },
  policy_changed: { icon: 'warn', tone: 'stop' },
  policy_refused: { icon: 'warn', tone: 'stop' },
  signed_in: { icon: 'person', tone: '' },
  session_restored: { icon: 'person', tone: '' },
  sign_in_failed: { icon: 'warn', tone: 'warn' },
  locked: { icon: 'lock', tone: '' },
  unlocked: { icon: 'lock', tone: '' },
  unlock_failed: { icon: 'warn', tone: 'warn' },
  switched_user: { icon: 'swap', tone: '' },
  signed_out: { icon: 'exit', tone: '' },
  signing_started: { icon: 'pen', tone: '' },
  preflight_passed: { icon: 'check', tone: '' },
  ambient_sign_in: { icon: 'warn', tone: 'warn' },
  preflight_inconclusive: { icon: 'dashc', tone: '' },
  signature_sealed: { icon: 'shield', tone: '' },
  signature_recorded: { icon: 'okc', tone: 'ok' },
  delivered_from_outbox: { icon: 'outbox', tone: 'ok' },
  signature_cancelled: { icon: 'dashc', tone: '' },
  signature_timed_out: { icon: 'clock', tone: '' },
  signature_not_applied: { icon: 'dashc', tone: '' },
  record_changed: { icon: 'again', tone: 'warn' },
  signature_unconfirmed: { icon: 'outbox', tone: 'warn' },
  signature_failed: { icon: 'warn', tone: 'warn' },
  cleaned_up: { icon: 'check', tone: '' },
  signing_locked: { icon: 'lock', tone: 'stop' },
  signing_unlocked: { icon: 'pen', tone: '' },
  clock_set_back: { icon: 'clock', tone: 'warn' },
  shipping_refused: { icon: 'warn', tone: 'stop' },
  security_event_sent: { icon: 'shield', tone: '' },
  declined: { icon: 'x', tone: '' },
  decline_failed: { icon: 'warn', tone: 'warn' },
  evidence_saved: { icon: 'save', tone: '' },
  evidence_not_saved: { icon: 'warn', tone: 'warn' },
  recovered: { icon: 'again', tone: 'warn' },
}

export function lookOf(event: string): Look {
  return LOOKS[event] ?? PLAIN
}
