// Sealed signatures of A. Adams: two that wait, and one that came too late.

import type { OutboxEntry } from '../ipc/OutboxEntry'
import { type Locale, text } from '../texts/catalogue'

export function outboxEntries(locale: Locale): OutboxEntry[] {
  const sealed = (hour: string): string => `2026-11-24T${hour}+01:00`
  return [
    {
      signatureId: '01935f3e-7c1a-7000-8000-0242ac120003',
      amendments: ['AM-1209'],
      kind: text(locale, 'kind-vital-signs'),
      record: 'VIT-61207',
      patient: 'P-20418',
      meaning: 'Addendum Signature',
      sealedAt: sealed('14:36:20'),
      state: 'waiting',
      attempts: 3,
      nextTry: sealed('14:39:50'),
      why: text(locale, 'err-outbox-unreachable'),
      remedy: text(locale, 'rec-outbox-unreachable'),
      reference: '7F3K-6WN1',
    },
    {
      signatureId: '01935f3e-7c1a-7000-8000-0242ac120004',
      amendments: ['AM-1198'],
      kind: text(locale, 'kind-medication-given'),
      record: 'MED-30551',
      patient: 'P-20377',
      meaning: 'Addendum Signature',
      sealedAt: sealed('14:35:11'),
      state: 'waiting',
      attempts: 4,
      nextTry: sealed('14:41:30'),
      why: text(locale, 'err-outbox-unreachable'),
      remedy: text(locale, 'rec-outbox-unreachable'),
      reference: '7F3K-5C0D',
    },
    {
      signatureId: '01935f3e-7c1a-7000-8000-0242ac120005',
      amendments: ['AM-1183'],
      kind: text(locale, 'kind-laboratory-result'),
      record: 'LAB-88041',
      patient: 'P-20366',
      meaning: 'Verification Signature',
      sealedAt: '2026-11-23T17:02:48+01:00',
      state: 'refused',
      attempts: 2,
      nextTry: null,
      why: text(locale, 'err-outbox-record-changed'),
      remedy: text(locale, 'rec-outbox-record-changed'),
      reference: '7F3B-9TRC',
    },
  ]
}
