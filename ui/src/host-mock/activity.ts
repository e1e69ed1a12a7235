// A day of the activity log, as the shell tells it to A. Adams.

import type { ActivityActor } from '../ipc/ActivityActor'
import type { ActivityEntry } from '../ipc/ActivityEntry'
import type { ActivityKind } from '../ipc/ActivityKind'
import type { ActivityPage } from '../ipc/ActivityPage'
import type { ActivityQuery } from '../ipc/ActivityQuery'
import type { ChainView } from '../ipc/ChainView'
import { type Locale, text } from '../texts/catalogue'

const PAGE = 20
const YOU: ActivityActor = { kind: 'you', name: 'A. Adams' }
const DEVICE: ActivityActor = { kind: 'device' }
const ANOTHER: ActivityActor = { kind: 'another' }

type Row = [at: string, event: string, kind: ActivityKind, reference: string | null, actor: ActivityActor, detail: (locale: Locale) => string]

const nothing = (): string => ''
const said = (key: string, args: Record<string, string | number> = {}) => (locale: Locale): string => text(locale, `event-detail-${key}`, args)

const TODAY: Row[] = [
  ['24T14:34:22', 'signature_not_applied', 'security', '7F3K-2QX9', YOU, said('not-applied')],
  ['24T14:33:42', 'signature_recorded', 'signing', '7F3K-1RD4', YOU, said('recorded', { record: 'LAB-88123', receipt: '004128' })],
  ['24T14:33:41', 'cleaned_up', 'signing', '7F3K-1RD4', YOU, said('cleaned-up')],
  ['24T14:33:40', 'signature_sealed', 'signing', '7F3K-1RD4', YOU, nothing],
  ['24T14:32:10', 'preflight_passed', 'signing', '7F3K-1RD4', YOU, said('preflight')],
  ['24T14:32:08', 'signing_started', 'signing', '7F3K-1RD4', YOU, () => 'AM-1207'],
  ['24T13:58:51', 'unlocked', 'session', null, YOU, said('unlocked')],
  ['24T13:41:06', 'locked', 'session', null, YOU, said('locked-idle', { minutes: 5 })],
  ['24T11:20:37', 'signature_cancelled', 'signing', '7F3H-V0PB', YOU, nothing],
  ['24T10:15:02', 'delivered_from_outbox', 'signing', '7F3G-4NYE', YOU, said('recorded', { record: 'VIT-61143', receipt: '004122' })],
  ['24T09:47:55', 'record_changed', 'signing', '7F3G-0FZH', YOU, said('record-changed', { record: 'CM-04409', read: '2', now: '3' })],
  ['24T08:02:14', 'signed_in', 'session', null, YOU, said('signed-in-browser')],
  ['24T07:58:02', 'signed_out', 'session', null, ANOTHER, nothing],
  ['24T07:41:19', 'declined', 'signing', null, ANOTHER, nothing],
  ['24T07:30:44', 'signed_in', 'session', null, ANOTHER, nothing],
  ['24T07:30:31', 'policy_read', 'system', null, DEVICE, said('policy', { managed: 11 })],
  ['24T07:30:30', 'started', 'system', null, DEVICE, said('version', { version: '0.1.0' })],
]

const LAST = 1284

/** What the filter leaves, newest first. Before today the ward signed a good deal. */
function rows(locale: Locale): [ActivityEntry, ActivityKind][] {
  const today = TODAY.map((row, at): [ActivityEntry, ActivityKind] => [entry(locale, LAST - at, row), row[2]])
  const before = Array.from({ length: 40 }, (_, at): [ActivityEntry, ActivityKind] => {
    const row: Row = [`23T${String(17 - Math.floor(at / 5)).padStart(2, '0')}:${String(50 - (at % 5) * 10)}:0${at % 10}`, 'signature_recorded', 'signing', null, ANOTHER, nothing]
    return [entry(locale, LAST - TODAY.length - at, row), row[2]]
  })
  return [...today, ...before]
}

function entry(locale: Locale, seq: number, [at, event, , reference, actor, detail]: Row): ActivityEntry {
  return { seq, at: `2026-11-${at}+01:00`, event, title: text(locale, `event-${event.replaceAll('_', '-')}`), detail: detail(locale), actor, reference }
}

export const CHAIN: ChainView = {
  complete: true,
  entries: LAST,
  segments: 2,
  checkedAt: '2026-11-24T14:51:03+01:00',
  anchoredIn: '004128',
  shippedThrough: LAST,
  broken: null,
}

export function activityPage(locale: Locale, query: ActivityQuery, chain: ChainView): ActivityPage {
  const wanted = query.text.trim().toLowerCase()
  const found = rows(locale)
    .filter(([entry, kind]) => (query.kind === 'all' || kind === query.kind) && (query.before === null || entry.seq < query.before))
    .map(([entry]) => entry)
    .filter((entry) => wanted === '' || [entry.reference, entry.detail, entry.actor.kind === 'you' ? entry.actor.name : ''].join('\n').toLowerCase().includes(wanted))
  const entries = found.slice(0, PAGE)
  return { entries, next: found.length > PAGE ? (entries.at(-1)?.seq ?? null) : null, chain }
}
