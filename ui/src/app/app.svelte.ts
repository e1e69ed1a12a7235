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
import type { Verification } from '../ipc/Verification'
import { type Arguments, asLocale, type Locale, text } from '../texts/catalogue'
import { Announcer } from './announcer.svelte'
import { Keys, setSingleKeys, singleKeysOn } from './keys'
import { endingSaid, stepsSaid } from './sayings'
import { WorklistStore } from './worklist.svelte'

export type Panel = 'none' | 'sign' | 'decline'
export type Place = { at: 'worklist' } | { at: 'verify' } | { at: 'review'; id: string }
export type Screen = 'starting' | 'blocked' | 'sign-in' | 'worklist' | 'review' | 'verify' | 'ceremony' | 'ending'

const RETRY_MS = 30_000

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
  trouble = $state.raw<Fault | null>(null)

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
      await this.host.onDropped((file) => this.#hearDropped(file))
      const state = await this.host.appState()
      if (!this.state) this.#hearState(state)
      const ceremony = await this.host.ceremonyState()
      this.ceremony ??= ceremony
    } catch (thrown) {
      this.blocked = asFault(thrown)
    }
  }

  get locale(): Locale {
    return asLocale(this.state?.locale ?? 'en')
  }

  t = (key: string, args?: Arguments): string => text(this.locale, key, args)

  get screen(): Screen {
    if (this.blocked || this.state?.phase === 'blocked') return 'blocked'
    if (!this.state) return 'starting'
    if (this.state.phase === 'signed_out' || this.state.phase === 'signing_in') return 'sign-in'
    if (this.ceremony) return this.ceremony.ending ? 'ending' : 'ceremony'
    return this.place.at
  }

  get canSign(): boolean {
    return this.state?.signingLocked === false && this.state.status.recordsConnected
  }

  openReview(id: string, panel: Panel = 'none'): void {
    this.worklist.selected = id
    this.place = { at: 'review', id }
    this.panel = panel
    this.trouble = null
  }

  openWorklist(): void {
    this.place = { at: 'worklist' }
    this.panel = 'none'
    this.trouble = null
    this.returning = true
  }

  openVerify(): void {
    this.place = { at: 'verify' }
    this.panel = 'none'
    this.trouble = null
  }

  showVerified(checked: Verification): void {
    this.verified = checked
    this.trouble = null
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
    this.trouble = null
    try {
      await call()
      return true
    } catch (thrown) {
      const fault = asFault(thrown)
      if (fault.code === 'cancelled') return false
      this.trouble = fault
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
    if (before) this.#sayChanges(before, state)
    if (working && (!wasWorking || before.locale !== state.locale)) this.#refresh()
    if (state.phase === 'ceremony' && !this.ceremony) void this.#askForCeremony()
  }

  #hearCeremony(view: CeremonyView): void {
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

  /** A file counts only where files are verified; anywhere else it slipped out of somebody's hand. */
  #hearDropped(file: DroppedFile): void {
    if (this.screen !== 'verify') return
    if (file.checked) this.showVerified(file.checked)
    else if (file.fault) {
      this.trouble = file.fault
      this.announcer.say(this.faultText(file.fault), 'assertive')
    }
  }

  /** After an ending the review below is where it was; only a signed amendment is gone from it. */
  #keepEntry(view: CeremonyView, ending: EndingView): void {
    this.panel = 'none'
    this.place = ending.kind === 'signed' ? { at: 'worklist' } : { at: 'review', id: view.amendment }
  }

  #sayChanges(before: AppState, after: AppState): void {
    if (after.phase === 'signed_out' && after.ended === 'expired' && before.phase !== 'signed_out') {
      this.announcer.say(this.t('sign-in-expired'), 'assertive')
    }
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

  /** Nothing of one person is left on the pages for the next. */
  #forget(): void {
    this.worklist.forget()
    this.reviewScroll.clear()
    this.drafts.clear()
    this.ceremony = null
    this.verified = null
    this.place = { at: 'worklist' }
    this.panel = 'none'
    this.trouble = null
    this.keysShown = false
    this.returning = false
  }

  #refresh(): void {
    void this.worklist.refresh()
  }

  #tick(): void {
    const now = this.clock()
    if (Math.floor(now.getTime() / 60_000) !== Math.floor(this.now.getTime() / 60_000)) this.now = now
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

const KEY = Symbol('app')

export function provideApp(app: App): void {
  setContext(KEY, app)
}

export function useApp(): App {
  return getContext<App>(KEY)
}
