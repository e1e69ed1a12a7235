// Believable data for the screens in a plain browser: the same patients, records and people as in the design.

import type { AppState } from '../ipc/AppState'
import type { CeremonyView } from '../ipc/CeremonyView'
import type { Draft } from '../ipc/Draft'
import type { EndingView } from '../ipc/EndingView'
import type { Fault } from '../ipc/Fault'
import type { Review } from '../ipc/Review'
import type { SignedView } from '../ipc/SignedView'
import type { StepState } from '../ipc/StepState'
import type { TextPart } from '../ipc/TextPart'
import type { WorklistItem } from '../ipc/WorklistItem'

export const NOW = '2026-11-24T14:31:00+01:00'
export const LOCALE_REASONS = {
  en: { 'transcription-error': 'Transcription error', 'unit-error': 'Wrong unit', 'late-entry': 'Late entry' },
  de: { 'transcription-error': 'Übertragungsfehler', 'unit-error': 'Falsche Einheit', 'late-entry': 'Nachtrag' },
}

export function appState(locale: 'en' | 'de'): AppState {
  return {
    phase: 'signed_in',
    ended: null,
    endedDetail: null,
    trouble: null,
    blocked: null,
    session: { name: 'A. Adams', role: 'Investigator', since: '2026-11-24T08:02:00+01:00', until: '2026-11-24T20:02:00+01:00' },
    locked: null,
    switchTo: null,
    profile: 'workstation',
    idle: { afterS: 300, then: 'lock' },
    allowed: { files: true, printing: true, locking: true },
    issuerOrigin: 'https://id.clinic.example',
    signInAgent: 'system_browser',
    device: 'Ward 3, workstation 2',
    timeoutS: 300,
    meanings: [
      { code: '1.2.840.10065.1.12.1.15', display: 'Addendum Signature', textKey: 'meaning-15' },
      { code: '1.2.840.10065.1.12.1.5', display: 'Verification Signature', textKey: 'meaning-5' },
      { code: '1.2.840.10065.1.12.1.13', display: 'Review Signature', textKey: 'meaning-13' },
    ],
    reasons: Object.entries(LOCALE_REASONS[locale]).map(([code, text]) => ({ code, text })),
    locale,
    signingStopped: null,
    signingLocked: false,
    memoryOnly: null,
    status: { recordsConnected: true, outbox: 0, outboxUnreadable: 0, outboxDurable: true, auditChainOk: true, auditEntries: 1284 },
    version: '0.1.0',
  }
}

export const ITEMS: WorklistItem[] = [
  item('AM-1198', 'Medication given', 'MED-30551', 'P-20377', ['Dose', '50 mg', '5 mg'], 0, 'E. Evans', '22T09:15', '24T12:30'),
  item('AM-1203', 'Adverse event', 'AE-00914', 'P-20402', ['Onset', '18 Nov', '16 Nov 2026'], 1, 'C. Clark', '23T11:02', '24T14:00', 1, 2),
  item('AM-1207', 'Laboratory result', 'LAB-88123', 'P-20418', ['Value', '21.7', '12.7 g/dL'], 2, 'C. Clark', '23T16:48', '24T16:00'),
  item('AM-1209', 'Vital signs', 'VIT-61207', 'P-20418', ['Systolic pressure', '210', '120 mmHg'], 0, 'F. Foster', '24T08:20', '24T16:00'),
  { ...item('AM-1211', 'Other medication', 'CM-04412', 'P-20391', ['End date', '', '12 Nov 2026'], 0, 'E. Evans', '24T09:41', '24T18:00'), changed: true },
  item('AM-1204', 'Vital signs', 'VIT-61188', 'P-20366', ['Weight', '86.0', '68.0 kg'], 1, 'F. Foster', '23T14:10', '25T12:00', 1, 2),
  item('AM-1202', 'Informed consent', 'ICF-02216', 'P-20431', ['Form version', '3.1', '3.2'], 0, 'C. Clark', '23T10:37', '25T12:00'),
  item('AM-1195', 'Laboratory result', 'LAB-88090', 'P-20344', ['Specimen', 'Serum', 'Plasma (EDTA)'], 0, 'C. Clark', '20T15:55', '27T12:00'),
  item('AM-1194', 'Medical history', 'MH-01773', 'P-20377', ['Allergy', 'none known', 'Penicillin, rash'], 1, 'E. Evans', '20T13:24', '27T12:00'),
  item('AM-1192', 'Vital signs', 'VIT-61150', 'P-20402', ['Temperature', '36.8', '38.6 °C'], 0, 'F. Foster', '20T09:12', '27T16:00'),
  item('AM-1189', 'Adverse event', 'AE-00907', 'P-20391', ['Severity', 'Mild', 'Moderate'], 2, 'C. Clark', '19T16:30', '30T12:00', 1, 2),
  item('AM-1187', 'Medication given', 'MED-30498', 'P-20344', ['Time given', '08:00', '20:00'], 0, 'E. Evans', '19T11:18', '30T12:00'),
  item('AM-1183', 'Laboratory result', 'LAB-88041', 'P-20366', ['Unit', 'mg/dL', 'mmol/L'], 1, 'C. Clark', '18T17:05', '30T16:00'),
  { ...item('AM-1180', 'Vital signs', 'VIT-61099', 'P-20431', ['Heart rate', '27', '72 /min'], 0, 'F. Foster', '18T08:44', '30T16:00'), dueAt: '2026-12-01T12:00:00+01:00' },
]

export const DRAFT: Draft = { meaning: '1.2.840.10065.1.12.1.15', reason: 'transcription-error', note: 'Checked against printout 8813.' }

export function review(id: string, draft: Draft | null): Review {
  const row = ITEMS.find((known) => known.id === id) ?? ITEMS[2]!
  const haemoglobin = row.id === 'AM-1207'
  const { label, base, proposed } = row.firstChange
  const same = (name: string, value: string): Review['fields'][number] => ({ label: name, base: value, proposed: value, changed: false })
  const changed = (name: string, from: string, to: string): Review['fields'][number] => ({ label: name, base: from, proposed: to, changed: true })
  return {
    id: row.id,
    title: haemoglobin ? 'Laboratory result: haemoglobin, 21.7 becomes 12.7 g/dL' : `${row.kind}: ${label}, ${base || 'none'} becomes ${proposed}`,
    kind: row.kind,
    record: row.record,
    patient: row.patient,
    dueAt: row.dueAt,
    baseVersion: '3',
    baseSince: '2026-11-20T10:20:44+01:00',
    nextVersion: '4',
    fields: haemoglobin
      ? [
          same('Test', 'Haemoglobin, blood'),
          changed('Value', '21.7', '12.7'),
          same('Unit', 'g/dL'),
          changed('Interpretation', 'High, critical', 'Normal'),
          same('Reference range', '12.0 to 15.5'),
          same('Specimen', 'Venous blood, EDTA'),
          same('Collected', '20 Nov 2026, 07:55 CET'),
          same('Analysed by', 'B. Baker'),
          changed('Comment', '', 'Corrected against analyser printout 8813'),
        ]
      : [same('Kind', row.kind), changed(label, base, proposed), same('Entered by', 'B. Baker')],
    why: haemoglobin ? 'Digits swapped when the result was typed in. The analyser printout reads 12.7.' : 'The entry does not agree with its source document.',
    requestedBy: row.requestedBy,
    requestedRole: 'data manager',
    requestedAt: row.requestedAt,
    signatures: [
      { name: 'B. Baker', version: '1', meaning: 'Author’s Signature', signedAt: '2026-11-20T09:12:05+01:00', receipt: '004051' },
      { name: 'D. Davis', version: '3', meaning: 'Verification Signature', signedAt: '2026-11-20T10:20:44+01:00', receipt: '004057' },
    ],
    etag: `"${row.id}-3"`,
    text: textToSign(row.id, { meaning: '', reason: '', note: '' }),
    draft,
  }
}

export function textToSign(id: string, draft: Draft): TextPart[] {
  const row = ITEMS.find((known) => known.id === id) ?? ITEMS[2]!
  const changes =
    row.id === 'AM-1207'
      ? 'Value: 21.7 becomes 12.7. Interpretation: “High, critical” becomes “Normal”. Comment: empty becomes “Corrected against analyser printout 8813”.'
      : `${row.firstChange.label}: “${row.firstChange.base}” becomes “${row.firstChange.proposed}”.`
  const meaning = appState('en').meanings.find((choice) => choice.code === draft.meaning)?.display
  const reason = LOCALE_REASONS.en[draft.reason as 'transcription-error']?.toLowerCase()
  const note = draft.note.trim() === '' ? '' : `, “${draft.note.trim()}”`
  return [
    { kind: 'plain', text: `I, A. Adams, sign amendment ${row.id} to ${row.kind.toLowerCase()} ${row.record} of patient ${row.patient}. Version 3 becomes version 4. ${changes} Meaning: ` },
    meaning ? { kind: 'chosen', text: meaning } : { kind: 'slot', text: 'you choose' },
    { kind: 'plain', text: '. Reason: ' },
    reason ? { kind: 'chosen', text: `${reason}${note}` } : { kind: 'slot', text: 'you choose' },
    { kind: 'plain', text: `${note.endsWith('.”') ? '' : '.'} My electronic signature binds me as my handwritten one does.` },
  ]
}

const STEPS = ['prepared', 'window', 'preflight', 'signer', 'identity', 'sealed', 'receipt']
const DONE_AT = ['14:32:08', '14:32:09', '14:32:10', '14:33:38', '14:33:39', '14:33:40', '14:33:41']

/** A ceremony of which so many steps are done. */
export function ceremony(id: string, done: number, endsAt: string, ending: EndingView | null = null): CeremonyView {
  const row = ITEMS.find((known) => known.id === id) ?? ITEMS[2]!
  const state = (at: number): StepState => (at < done ? 'done' : at === done ? 'now' : 'todo')
  return {
    amendment: row.id,
    record: row.record,
    patient: row.patient,
    steps: STEPS.map((name, at) => ({ name, state: state(at), at: at < done ? `2026-11-24T${DONE_AT[at]}+01:00` : null })),
    endsAt,
    origin: 'https://id.clinic.example',
    ending,
  }
}

export const SIGNED: SignedView = {
  signatureId: '01935f3e-7c1a-7000-8000-0242ac120002',
  name: 'A. Adams',
  role: 'Investigator',
  signedAt: '24 November 2026, 14:33:41 CET (UTC+01:00)',
  meaning: 'Addendum Signature',
  meaningKey: 'meaning-15',
  reason: 'Transcription error',
  note: 'Checked against printout 8813.',
  kind: 'Laboratory result',
  record: 'LAB-88123',
  patient: 'P-20418',
  baseVersion: '3',
  newVersion: '4',
  changed: ['Value', 'Interpretation', 'Comment'],
  receipt: '004128',
  next: ITEMS[3]!,
}

const network: Fault = { code: 'idp-unreachable', text: 'The sign-in page could not be reached. Nothing was signed.', remedy: 'Check the network connection, then try again. If it stays like this, call IT.', reference: '7F3K-4HV8' }

export const ENDINGS: Record<string, EndingView> = {
  signed: { kind: 'signed', detail: SIGNED },
  'not-applied': { kind: 'not_applied', detail: { reference: '7F3K-2QX9' } },
  cancelled: { kind: 'cancelled' },
  'timed-out': { kind: 'timed_out' },
  network: { kind: 'network', detail: network },
  local: {
    kind: 'local',
    detail: { code: 'clock-skew', text: 'The clock of this computer is 10 minutes off. Nothing was signed.', remedy: 'Set the clock, or call IT: automatic time setting is switched off or does not work.', reference: '7F3K-9TRC' },
  },
  'record-changed': {
    kind: 'record_changed',
    detail: {
      id: 'AM-1207',
      record: 'LAB-88123',
      patient: 'P-20418',
      readVersion: '3',
      nowVersion: '4',
      fields: [
        { label: 'Specimen', read: 'Venous blood, EDTA', now: 'Capillary blood, EDTA', proposed: 'Venous blood, EDTA' },
        { label: 'Value', read: '21.7', now: '21.7', proposed: '12.7' },
        { label: 'Interpretation', read: 'High, critical', now: 'High, critical', proposed: 'Normal' },
      ],
      reference: '7F3K-5M2D',
    },
  },
  unconfirmed: { kind: 'unconfirmed', detail: { reference: '7F3M-6WN1' } },
  'signing-locked': { kind: 'signing_locked', detail: { reference: '7F3M-0CWE', attempts: 3, reportedAt: '2026-11-24T14:44:10+01:00' } },
}

export const FAULTS: Record<'policy' | 'unreachable' | 'signIn', Fault> = {
  policy: {
    code: 'policy-unknown-key',
    text: 'The policy has a key that does not exist: signing.timeout_minutes in /etc/countersign/policy.toml.',
    remedy: 'IT: correct or remove it. Known here are: acr_values, agent, timeout_s.',
    reference: null,
  },
  unreachable: { code: 'records-unreachable', text: 'The records service could not be reached. Nothing was signed, your entry is kept.', remedy: 'You can go on reading. Try again when the status line says that the service is connected.', reference: '7F3K-8S1D' },
  signIn: { code: 'sign-in-cancelled', text: 'The sign-in page could not be reached.', remedy: 'Check the network, then try again.', reference: '7F3K-1B6Y' },
}

function item(
  id: string,
  kind: string,
  record: string,
  patient: string,
  [label, base, proposed]: [string, string, string],
  moreChanges: number,
  requestedBy: string,
  requestedAt: string,
  dueAt: string,
  signaturesGiven = 0,
  signaturesRequired = 1,
): WorklistItem {
  const at = (short: string): string => `2026-11-${short}:00+01:00`
  return {
    id, kind, record, patient,
    firstChange: { label, base, proposed },
    moreChanges, requestedBy,
    requestedAt: at(requestedAt),
    dueAt: at(dueAt),
    signaturesGiven, signaturesRequired,
    changed: false,
  }
}
