// What each scene of `mock.html?mock=…` starts from.

import type { App } from '../app/app.svelte'
import type { AppState } from '../ipc/AppState'
import type { EndedView } from '../ipc/EndedView'
import { asLocale, text } from '../texts/catalogue'
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

const ending = (name: string, time: string): Scene => (host) => {
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
    app.open('verify')
    app.showVerified(VERIFIED[how])
  }
}

/** Locked at 14:46 by itself, and looked at six minutes later. */
const locked = (then: (host: MockHost, app: App) => void = () => undefined): Scene => (host) => {
  host.drafts.set(AMENDMENT, DRAFT)
  at(host, '14:46:00')
  host.lockedBy('idle')
  at(host, '14:52:00')
  return (app) => then(host, app)
}

const ended = (how: 'elsewhere' | 'absolute', detail: Partial<EndedView> = {}): Scene =>
  signedOut({
    ended: how,
    endedDetail: { name: 'A. Adams', since: '2026-11-24T08:02:00+01:00', at: '2026-11-24T14:41:00+01:00', device: null, signatureCancelled: false, reference: null, ...detail },
  }, '14:42:00')

const KIOSK: Partial<AppState> = {
  profile: 'kiosk',
  device: 'Ward 3, kiosk 1',
  signInAgent: 'window',
  idle: { afterS: 120, then: 'sign_out' },
  allowed: { files: false, printing: false, locking: false },
}

const inSignPanel: Scene = (host) => {
  host.drafts.set(AMENDMENT, DRAFT)
  return (app) => app.openReview(AMENDMENT, 'sign')
}

/** On a kiosk, with so much time left. */
const kiosk = (scene: Scene, leftS: number | null, change: Partial<AppState> = {}): Scene => (host) => {
  const session = { name: 'A. Adams', role: 'Investigator', since: '2026-11-24T14:29:00+01:00', until: '2026-11-24T22:29:00+01:00' }
  host.state = { ...host.state, ...KIOSK, session, ...change }
  const then = scene(host)
  return (app) => {
    then?.(app)
    host.idle(leftS)
  }
}

const nothing: Scene = () => undefined

const signedOut = (change: Partial<AppState>, time = '08:01:00'): Scene => (host) => {
  at(host, time)
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
  sign: inSignPanel,
  'sign-fresh': () => (app) => app.openReview(AMENDMENT, 'sign'),
  decline: () => (app) => app.openReview(AMENDMENT, 'decline'),
  keys: () => (app) => {
    app.keysShown = true
  },
  ceremony: underWay(3),
  'ceremony-checking': underWay(5),
  signed: ending('signed', '14:33:50'),
  'not-applied': ending('not-applied', '14:34:00'),
  cancelled: ending('cancelled', '14:34:00'),
  'timed-out': ending('timed-out', '14:37:08'),
  network: ending('network', '14:34:00'),
  local: ending('local', '14:34:00'),
  'record-changed': ending('record-changed', '14:33:00'),
  unconfirmed: ending('unconfirmed', '14:34:00'),
  'signing-locked': ending('signing-locked', '14:44:20'),
  verify: () => (app) => app.open('verify'),
  'verify-valid': verified('valid'),
  'verify-invalid': verified('invalid'),
  'verify-unreadable': verified('unreadable'),
  locked: locked(),
  unlocking: locked((host) => void host.unlock()),
  'switch-user': (host) => {
    const then = locked()(host)
    return (app) => {
      then?.(app)
      app.switching = true
    }
  },
  'switch-newcomer': locked((host) => {
    void host.unlock()
    host.unlockedBy('B. Baker')
  }),
  elsewhere: ended('elsewhere', { device: 'Ward 3, kiosk 1', reference: '7F3L-8TBN' }),
  'elsewhere-by-it': ended('elsewhere', { signatureCancelled: true, reference: '7F3L-8TBN' }),
  absolute: ended('absolute'),
  'worklist-locks-soon': (host) => {
    const then = selected(host)
    return (app) => {
      then?.(app)
      host.idle(45)
    }
  },
  activity: (host) => {
    at(host, '14:51:03')
    return (app) => app.open('activity')
  },
  'activity-broken': (host) => {
    at(host, '14:51:03')
    const broken = text(asLocale(host.state.locale), 'chain-broken', { line: 912, fault: 'changed' })
    host.chain = { ...host.chain, complete: false, entries: 911, shippedThrough: 911, broken }
    host.state = { ...host.state, status: { ...host.state.status, auditChainOk: false } }
    return (app) => app.open('activity')
  },
  about: (host) => {
    at(host, '14:52:00')
    return (app) => app.open('about')
  },
  'about-offline': (host) => {
    at(host, '14:52:00')
    host.state = { ...host.state, status: { ...host.state.status, recordsConnected: false } }
    return (app) => app.open('about')
  },
  outbox: (host) => {
    at(host, '14:39:02')
    host.sealSome()
    host.state = { ...host.state, status: { ...host.state.status, recordsConnected: false } }
    return (app) => app.open('outbox')
  },
  'outbox-empty': () => (app) => app.open('outbox'),
  'kiosk-sign-in': kiosk(signedOut({}, '14:28:00'), null),
  'kiosk-worklist': kiosk(nothing, 84),
  'kiosk-review': kiosk(inReview, 110),
  'kiosk-sign': kiosk(inSignPanel, 112),
  'kiosk-ceremony': kiosk(underWay(3), 118),
  'kiosk-still-there': kiosk(inReview, 24),
  'kiosk-locked': kiosk(locked(), null, { idle: { afterS: 90, then: 'lock' }, allowed: { files: false, printing: false, locking: true } }),
  blocked: (host) => {
    host.state = { ...host.state, phase: 'blocked', session: null, blocked: FAULTS.policy }
    return undefined
  },
}

function at(host: MockHost, time: string): void {
  const still = new Date(`2026-11-24T${time}+01:00`)
  host.clock = () => still
}
