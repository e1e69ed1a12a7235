// Files of evidence as the shell says they are.

import type { CheckedStep } from '../ipc/CheckedStep'
import type { SaysView } from '../ipc/SaysView'
import type { Verification } from '../ipc/Verification'

const STEPS: [string, string][] = [
  ['parse', 'The file is well formed and complete'],
  ['commitment', 'The sign-in was bound to this statement'],
  ['holder', 'The one-time key signed the statement'],
  ['issuer', 'The identity provider is on the list'],
  ['id_token', 'The identity provider signed the sign-in'],
  ['audience', 'The sign-in was meant for this application'],
  ['time', 'All times fit the receipt'],
  ['freshness', 'The signer signed in for this signature'],
  ['authentication', 'The sign-in was strong enough'],
  ['signer', 'The signer is the person named'],
  ['record', 'The record is the one that was shown'],
  ['challenge', 'The permission to sign was used once'],
  ['authority', 'The signer was allowed to sign this'],
  ['receipt', 'The receipt belongs to this file'],
]

/** All steps passed, or all up to one that fails. */
function steps(failing: string | null, reason: string): CheckedStep[] {
  const fails = STEPS.findIndex(([name]) => name === failing)
  return STEPS.map(([name, text], at) => {
    if (fails === -1 || at < fails) return { name, text, state: 'passed', ended: 'passed', reason: null }
    if (at === fails) return { name, text, state: 'failed', ended: 'failed', reason }
    return { name, text, state: 'not_run', ended: 'not run', reason: null }
  })
}

const SAYS: SaysView = {
  name: 'A. Adams',
  signedAt: '24 November 2026, 14:33:41 CET (UTC+01:00)',
  meaning: 'Addendum Signature',
  meaningKey: 'meaning-15',
  reason: 'Transcription error: Checked against printout 8813.',
  records: ['LAB-88123, version 3 became version 4'],
  authenticated: '24 November 2026, 14:33:36 CET (UTC+01:00), class urn:demo:acr:two-factor',
  receipt: '004128',
}

const VALID: Verification = {
  file: 'LAB-88123-v4.evidence.json',
  size: 41_874,
  readAt: '2026-11-24T14:50:03+01:00',
  archiveAt: '2026-11-24T14:31:00+01:00',
  valid: true,
  title: 'Valid. All 14 steps passed.',
  advice: 'The file is what was signed, and nothing in it was changed since.',
  steps: steps(null, ''),
  says: SAYS,
}

export const VERIFIED: Record<'valid' | 'invalid' | 'unreadable', Verification> = {
  valid: VALID,
  invalid: {
    ...VALID,
    file: 'LAB-87960-v2.evidence.json',
    valid: false,
    title: 'Not valid. Step 5 of 14 failed: id_token.',
    advice: 'The identity provider’s signature does not fit. The file was changed, or it never came from there. Do not rely on it.',
    steps: steps('id_token', 'signature_invalid'),
    says: { ...SAYS, records: ['LAB-87960, version 1'], authenticated: null, receipt: null },
  },
  unreadable: {
    ...VALID,
    file: 'holiday.jpg',
    valid: false,
    title: 'Not valid. Step 1 of 14 failed: parse.',
    advice: 'The file is damaged, or it is no evidence. Do not rely on it.',
    steps: steps('parse', 'not_json'),
    says: null,
  },
}
