// What each scene of `mock.html?mock=…` starts from.

import type { App } from '../app/app.svelte'
import { ceremony, DRAFT, ENDINGS, FAULTS, ITEMS } from './data'
import type { MockHost } from './host'
import { VERIFIED } from './verified'

const AMENDMENT = 'AM-1207'

type Scene = (host: MockHost) => ((app: App) => void) | undefined

const selected: Scene = (host) => {
  host.drafts.set(AMENDMENT, DRAFT)
  return (app) => {
    app.worklist.selected = AMENDMENT
  }
}

const inReview: Scene = (host) => {
  host.drafts.set(AMENDMENT, DRAFT)
  return (app) => app.openReview(AMENDMENT)
}

const underWay = (done: number): Scene => (host) => {
  at(host, '14:32:56')
  host.drafts.set(AMENDMENT, DRAFT)
  host.state = { ...host.state, phase: 'ceremony' }
  host.view = ceremony(AMENDMENT, done, '2026-11-24T14:37:08+01:00')
  return undefined
}

const ended = (name: string, time: string): Scene => (host) => {
  at(host, time)
  host.drafts.set(AMENDMENT, DRAFT)
  host.view = ceremony(AMENDMENT, name === 'signed' ? 7 : 4, '2026-11-24T14:37:08+01:00', ENDINGS[name] ?? null)
  host.state = { ...host.state, signingLocked: name === 'signing-locked' }
  if (name === 'signed') host.items = ITEMS.filter((item) => item.id !== AMENDMENT)
  if (name === 'unconfirmed') host.state = { ...host.state, status: { ...host.state.status, outbox: 1 } }
  return undefined
}

const verified = (how: keyof typeof VERIFIED): Scene => (host) => {
  at(host, '14:50:00')
  return (app) => {
    app.openVerify()
    app.showVerified(VERIFIED[how])
  }
}

const signedOut = (change: Partial<MockHost['state']>): Scene => (host) => {
  at(host, '08:01:00')
  host.state = { ...host.state, phase: 'signed_out', session: null, ...change }
  return undefined
}

export const SCENES: Record<string, Scene> = {
  'sign-in': signedOut({}),
  'sign-in-window': signedOut({ signInAgent: 'window' }),
  'sign-in-ended': signedOut({ ended: 'expired' }),
  'signing-in': signedOut({ phase: 'signing_in' }),
  worklist: selected,
  'worklist-empty': (host) => {
    host.items = []
    return undefined
  },
  'worklist-nomatch': () => (app) => {
    app.worklist.query = 'P-20999'
  },
  'worklist-loading': (host) => {
    host.slow = true
    return undefined
  },
  'worklist-unreachable': (host) => {
    host.worklistFault = FAULTS.unreachable
    host.state = { ...host.state, status: { ...host.state.status, recordsConnected: false } }
    return undefined
  },
  'worklist-offline': (host) => {
    host.state = { ...host.state, status: { ...host.state.status, recordsConnected: false, outbox: 2 } }
    return undefined
  },
  review: inReview,
  'review-locked': (host) => {
    host.state = { ...host.state, signingLocked: true }
    return inReview(host)
  },
  sign: (host) => {
    host.drafts.set(AMENDMENT, DRAFT)
    return (app) => app.openReview(AMENDMENT, 'sign')
  },
  'sign-fresh': () => (app) => app.openReview(AMENDMENT, 'sign'),
  decline: () => (app) => app.openReview(AMENDMENT, 'decline'),
  keys: () => (app) => {
    app.keysShown = true
  },
  ceremony: underWay(3),
  'ceremony-checking': underWay(5),
  signed: ended('signed', '14:33:50'),
  'not-applied': ended('not-applied', '14:34:00'),
  cancelled: ended('cancelled', '14:34:00'),
  'timed-out': ended('timed-out', '14:37:08'),
  network: ended('network', '14:34:00'),
  local: ended('local', '14:34:00'),
  'record-changed': ended('record-changed', '14:33:00'),
  unconfirmed: ended('unconfirmed', '14:34:00'),
  'signing-locked': ended('signing-locked', '14:44:20'),
  verify: () => (app) => app.openVerify(),
  'verify-valid': verified('valid'),
  'verify-invalid': verified('invalid'),
  'verify-unreadable': verified('unreadable'),
  blocked: (host) => {
    host.state = { ...host.state, phase: 'blocked', session: null, blocked: FAULTS.policy }
    return undefined
  },
}

function at(host: MockHost, time: string): void {
  const still = new Date(`2026-11-24T${time}+01:00`)
  host.clock = () => still
}
