// What the pages know, and which screen follows from it.
//
// The shell decides about session and ceremony and says so in events; this class only keeps the last word of each
// and remembers where the person was, so that a signature that was not applied leaves everything in its place.

import { getContext, setContext } from 'svelte'
import { asFault, type Host } from '../host'
import type { AppState } from '../ipc/AppState'
import type { CeremonyView } from '../ipc/CeremonyView'
import type { Draft } from '../ipc/Draft'
import type { DroppedFile } from '../ipc/DroppedFile'
import type { EndingView } from '../ipc/EndingView'
import type { Fault } from '../ipc/Fault'
import type { IdleView } from '../ipc/IdleView'
import type { Verification } from '../ipc/Verification'
import { clock } from '../format/time'
import { type Arguments, asLocale, type Locale, text } from '../texts/catalogue'
import { Announcer } from './announcer.svelte'
import { Idle } from './idle.svelte'
import { Keys, setSingleKeys, singleKeysOn } from './keys'
import { endingSaid, endSaid, lockedSaid, stepsSaid } from './sayings'
import { WorklistStore } from './worklist.svelte'

export type Panel = 'none' | 'sign' | 'decline'
export type Place = { at: 'worklist' | 'activity' | 'verify' | 'about' | 'outbox' } | { at: 'review'; id: string }
export type Screen = 'starting' | 'blocked' | 'sign-in' | 'ended' | 'locked' | Place['at'] | 'ceremony' | 'ending'

const RETRY_MS = 30_000
/** So long before its end a session says so. */
const END_MS = 5 * 60_000

export class App {
  state = $state.raw<AppState | null>(null)
  blocked = $state.raw<Fault | null>(null)
  ceremony = $state.raw<CeremonyView | null>(null)
  place = $state.raw<Place>({ at: 'worklist' })
  panel = $state<Panel>('none')
  /** The time to the minute: what is shown changes no oftener. */
  now = $state.raw(new Date())
  keysShown = $state(false)
  singleKeys = $state(true)
  /** The file that was verified last. */
  verified = $state.raw<Verification | null>(null)
  /** Something asked of the shell that could not be done and that no screen shows in its own place. */
  #met = $state.raw<Fault | null>(null)
  /** Somebody else stands before the locked screen: whether they take over is being asked. */
  switching = $state(false)
  /** Counts up whenever the pages forget: what was asked for before is not taken in after. */
  epoch = 0

  readonly idle: Idle
  readonly announcer = new Announcer()
  readonly keys = new Keys()
  readonly worklist: WorklistStore
  /** Where each review was scrolled to, and what was entered in it. */
  readonly reviewScroll = new Map<string, number>()
  readonly drafts = new Map<string, Draft>()
  /** The row to focus when the worklist comes back. */
  returning = false

  constructor(
    readonly host: Host,
    readonly clock: () => Date,
    private readonly storage: Storage,
  ) {
    this.worklist = new WorklistStore(host)
    this.idle = new Idle(host)
    this.now = clock()
    this.singleKeys = singleKeysOn(storage)
  }

  async start(): Promise<void> {
    setInterval(() => this.#tick(), 1000)
    setInterval(() => this.#retry(), RETRY_MS)
    try {
      await this.host.onAppState((state) => this.#hearState(state))
      await this.host.onCeremony((view) => this.#hearCeremony(view))
      await this.host.onWorklistChanged(() => this.#refresh())
      await this.host.onIdle((idle) => this.#hearIdle(idle))
      await this.host.onDropped((file) => this.#hearDropped(file))
      const state = await this.host.appState()
      if (!this.state) this.#hearState(state)
      const ceremony = await this.host.ceremonyState()
      this.ceremony ??= ceremony
    } catch (thrown) {
      this.blocked = asFault(thrown)
    }
  }

  /** What could not be done, also where these pages began anew before the answer came. */
  get trouble(): Fault | null {
    return this.#met ?? this.state?.trouble ?? null
  }

  get locale(): Locale {
    return asLocale(this.state?.locale ?? 'en')
  }

  t = (key: string, args?: Arguments): string => text(this.locale, key, args)

  get screen(): Screen {
    if (this.blocked || this.state?.phase === 'blocked') return 'blocked'
    if (!this.state) return 'starting'
    if (this.state.phase === 'signing_in') return 'sign-in'
    if (this.state.phase === 'signed_out') return endHasScreen(this.state) ? 'ended' : 'sign-in'
    if (this.state.locked) return 'locked'
    if (this.ceremony) return this.ceremony.ending ? 'ending' : 'ceremony'
    return this.place.at
  }

  /** Shared by everybody: large controls, no navigation, a countdown. */
  get kiosk(): boolean {
    return this.state?.profile === 'kiosk'
  }

  /** When the session ends, once that is near. */
  get endsSoon(): Date | null {
    const until = this.state?.session?.until
    if (!until) return null
    const end = new Date(until)
    return end.getTime() - this.now.getTime() <= END_MS ? end : null
  }

  get canSign(): boolean {
    return this.state?.signingLocked === false && !this.state.signingStopped && this.state.status.recordsConnected
  }

  openReview(id: string, panel: Panel = 'none'): void {
    this.worklist.selected = id
    this.place = { at: 'review', id }
    this.panel = panel
    this.#met = null
  }

  openWorklist(): void {
    this.place = { at: 'worklist' }
    this.panel = 'none'
    this.#met = null
    this.returning = true
  }

  open(place: 'activity' | 'verify' | 'about' | 'outbox'): void {
    this.place = { at: place }
    this.panel = 'none'
    this.#met = null
  }

  async lock(switching = false): Promise<void> {
    if (!this.state?.allowed.locking || !isWorking(this.state)) return
    await this.ask(() => this.host.lock(switching))
  }

  /** Input was seen in this window. */
  touched(): void {
    if (this.state?.idle && isWorking(this.state)) this.idle.touched()
  }

  showVerified(checked: Verification): void {
    if (this.screen !== 'verify') return
    this.verified = checked
    this.#met = null
    this.announcer.say(checked.title, checked.valid ? 'polite' : 'assertive')
  }

  /** Leaves an ending, to where `go` leads. */
  async leaveEnding(go: () => void): Promise<void> {
    const left = this.ceremony
    if (!(await this.ask(() => this.host.dismissEnding()))) return
    if (left?.ending?.kind === 'signed') {
      this.worklist.drop(left.amendment)
      this.drafts.delete(left.amendment)
      this.reviewScroll.delete(left.amendment)
    }
    go()
    this.ceremony = null
    await this.worklist.refresh()
  }

  /** Asks the shell for something; a rejection is shown where the person is. What they cancelled is no news to them. */
  async ask(call: () => Promise<unknown>): Promise<boolean> {
    this.#met = null
    try {
      await call()
      return true
    } catch (thrown) {
      const fault = asFault(thrown)
      if (fault.code === 'cancelled') return false
      this.#met = fault
      this.announcer.say(this.faultText(fault), 'assertive')
      return false
    }
  }

  faultText(fault: Fault): string {
    const said = fault.text === '' ? this.t('fault-unexpected') : fault.text
    return fault.remedy === '' ? said : `${said} ${fault.remedy}`
  }

  setSingleKeys(on: boolean): void {
    this.singleKeys = on
    setSingleKeys(this.storage, on)
  }

  #hearState(state: AppState): void {
    const before = this.state
    this.state = state
    const working = isWorking(state)
    const wasWorking = before !== null && isWorking(before)
    if (wasWorking && !working) this.#forget()
    if (before?.locked && !state.locked) this.switching = false
    if (state.trouble && !before?.trouble) this.announcer.say(this.faultText(state.trouble), 'assertive')
    if (before) this.#sayChanges(before, state)
    if (working && (!wasWorking || before.locale !== state.locale)) this.#refresh()
    if (state.phase === 'ceremony' && !this.ceremony) void this.#askForCeremony()
  }

  #hearCeremony(view: CeremonyView): void {
    if (this.state && !isWorking(this.state)) return
    // An ending that was already left does not come back over what the person is doing now.
    if (view.ending && !this.ceremony && this.state?.phase !== 'ceremony') return
    const before = this.ceremony
    this.ceremony = view
    if (view.ending) {
      if (before?.ending?.kind === view.ending.kind) return
      const said = endingSaid(this.locale, view.ending)
      this.announcer.say(said.text, said.urgency)
      this.#keepEntry(view, view.ending)
    } else {
      this.announcer.say(stepsSaid(this.locale, this.state?.session?.name ?? '', before, view))
    }
  }

  #hearIdle(idle: IdleView): void {
    if (this.state && isWorking(this.state)) this.idle.hear(this.locale, this.state.idle?.then ?? 'lock', idle)
  }

  /** A file counts only where files are verified; anywhere else it slipped out of somebody's hand. */
  #hearDropped(file: DroppedFile): void {
    if (this.screen !== 'verify') return
    if (file.checked) this.showVerified(file.checked)
    else if (file.fault) {
      this.#met = file.fault
      this.announcer.say(this.faultText(file.fault), 'assertive')
    }
  }

  /** After an ending the review below is where it was; only a signed amendment is gone from it. */
  #keepEntry(view: CeremonyView, ending: EndingView): void {
    this.panel = 'none'
    this.place = ending.kind === 'signed' ? { at: 'worklist' } : { at: 'review', id: view.amendment }
  }

  #sayChanges(before: AppState, after: AppState): void {
    if (after.phase === 'signed_out' && before.phase !== 'signed_out') this.announcer.say(endSaid(this.locale, after), 'assertive')
    if (after.locked && !before.locked) this.announcer.say(lockedSaid(this.locale, after.locked))
    if (!before.signingStopped && after.signingStopped) this.announcer.say(this.faultText(after.signingStopped), 'assertive')
    if (!before.signingLocked && after.signingLocked && !this.ceremony) this.announcer.say(this.t('signing-locked'), 'assertive')
    if (before.status.recordsConnected && !after.status.recordsConnected) this.announcer.say(this.t('offline'), 'assertive')
    if (!before.status.recordsConnected && after.status.recordsConnected) this.announcer.say(this.t('status-records-on'))
    if (before.status.outbox !== after.status.outbox) this.announcer.say(this.t('status-outbox', { count: after.status.outbox }))
  }

  async #askForCeremony(): Promise<void> {
    await this.ask(async () => {
      const view = await this.host.ceremonyState()
      if (view && !this.ceremony) this.#hearCeremony(view)
    })
  }

  /** Nothing of one person is left on the pages for the next, and nothing that was read behind a locked screen. */
  #forget(): void {
    this.epoch += 1
    this.announcer.forget()
    this.idle.forget()
    this.worklist.forget()
    this.reviewScroll.clear()
    this.drafts.clear()
    this.ceremony = null
    this.verified = null
    this.place = { at: 'worklist' }
    this.panel = 'none'
    this.#met = null
    this.keysShown = false
    this.returning = false
  }

  #refresh(): void {
    void this.worklist.refresh()
  }

  #tick(): void {
    const now = this.clock()
    const wasNear = this.endsSoon !== null
    if (Math.floor(now.getTime() / 60_000) !== Math.floor(this.now.getTime() / 60_000)) this.now = now
    if (!wasNear && this.endsSoon) this.announcer.say(this.t('said-absolute', { clock: clock(this.locale, this.endsSoon) }))
  }

  /** While the records service cannot be reached, the pages ask again by themselves. */
  #retry(): void {
    const offline = this.state?.status.recordsConnected === false || this.worklist.fault !== null
    if (offline && this.state?.phase === 'signed_in') this.#refresh()
  }
}

function isWorking(state: AppState): boolean {
  return state.phase === 'signed_in' || state.phase === 'ceremony'
}

/** Ends that more is said of than a line above the sign-in. */
function endHasScreen({ ended, endedDetail }: AppState): boolean {
  return endedDetail !== null && (ended === 'elsewhere' || ended === 'absolute')
}

const KEY = Symbol('app')

export function provideApp(app: App): void {
  setContext(KEY, app)
}

export function useApp(): App {
  return getContext<App>(KEY)
}
