// A shell for a plain browser: it keeps a state, follows the script of a ceremony, and counts what it was asked.

import type { Host, Unlisten } from '../host'
import type { AboutView } from '../ipc/AboutView'
import type { ActivityPage } from '../ipc/ActivityPage'
import type { ActivityQuery } from '../ipc/ActivityQuery'
import type { AppState } from '../ipc/AppState'
import type { CeremonyView } from '../ipc/CeremonyView'
import type { ChainView } from '../ipc/ChainView'
import type { Checks } from '../ipc/Checks'
import type { Draft } from '../ipc/Draft'
import type { DroppedFile } from '../ipc/DroppedFile'
import type { EndingView } from '../ipc/EndingView'
import type { Fault } from '../ipc/Fault'
import type { IdleView } from '../ipc/IdleView'
import type { LockReason } from '../ipc/LockReason'
import type { OutboxEntry } from '../ipc/OutboxEntry'
import type { OutboxView } from '../ipc/OutboxView'
import type { Review } from '../ipc/Review'
import type { SignRequest } from '../ipc/SignRequest'
import type { TextPart } from '../ipc/TextPart'
import type { Verification } from '../ipc/Verification'
import type { Worklist } from '../ipc/Worklist'
import type { WorklistItem } from '../ipc/WorklistItem'
import { asLocale } from '../texts/catalogue'
import { ABOUT, checks } from './about'
import { activityPage, CHAIN } from './activity'
import { appState, ceremony, ENDINGS, FAULTS, ITEMS, LOCALE_REASONS, NOW, review, textToSign } from './data'
import { outboxEntries } from './outbox'
import { VERIFIED } from './verified'

export interface Call {
  name: string
  args: unknown[]
}

export class MockHost implements Host {
  readonly calls: Call[] = []
  state: AppState
  items: WorklistItem[] = ITEMS
  view: CeremonyView | null = null
  drafts = new Map<string, Draft>()
  worklistFault: Fault | null = null
  reviewFault: Fault | null = null
  beginFault: Fault | null = null
  declineFault: Fault | null = null
  signInFault: Fault | null = null
  verifyFault: Fault | null = null
  unlockFault: Fault | null = null
  activityFault: Fault | null = null
  outboxFault: Fault | null = null
  chain: ChainView = CHAIN
  /** The sealed signatures of whoever is signed in, and how many wait for others. */
  sealed: OutboxEntry[] = []
  sealedByOthers = 0
  /** What the person's choice of a file comes to. */
  chosen: Verification | null = VERIFIED.valid
  /** Never answers when true: shows what waiting looks like. */
  slow = false
  clock: () => Date = () => new Date(NOW)
  #hearState: ((state: AppState) => void)[] = []
  #hearCeremony: ((view: CeremonyView) => void)[] = []
  #hearWorklist: (() => void)[] = []
  #hearDropped: ((file: DroppedFile) => void)[] = []
  #hearIdle: ((idle: IdleView) => void)[] = []
  #decideUnlock: (who: string | Fault) => void = () => undefined
  #decideSignIn: (fault: Fault | null) => void = () => this.set({ phase: 'signed_out' })

  constructor(locale: 'en' | 'de') {
    this.state = appState(locale)
  }

  // What a test or a person at the console does to it.

  set(change: Partial<AppState>): void {
    this.state = { ...this.state, ...change }
    for (const hear of this.#hearState) hear(this.state)
  }

  show(view: CeremonyView): void {
    this.view = view
    for (const hear of this.#hearCeremony) hear(view)
  }

  /** So many steps of the ceremony under way are done. */
  advance(done: number): void {
    if (this.view) this.show(ceremony(this.view.amendment, done, this.view.endsAt))
  }

  end(ending: string | EndingView): void {
    const how = typeof ending === 'string' ? ENDINGS[ending] : ending
    if (!this.view || !how) return
    if (how.kind === 'signed') this.#remove(this.view.amendment)
    this.show({ ...this.view, ending: how })
    this.set({ phase: 'signed_in', signingLocked: how.kind === 'signing_locked' })
  }

  changeWorklist(items: WorklistItem[]): void {
    this.items = items
    for (const hear of this.#hearWorklist) hear()
  }

  drop(file: DroppedFile): void {
    for (const hear of this.#hearDropped) hear(file)
  }

  /** So many seconds are left before the screen locks or the session ends. */
  idle(leftS: number | null): void {
    for (const hear of this.#hearIdle) hear({ leftS })
  }

  lockedBy(reason: LockReason, switchAsked = false): void {
    const name = this.state.session?.name ?? ''
    const cancelled = this.state.phase === 'ceremony'
    this.view = null
    this.set({
      phase: 'locked',
      session: null,
      locked: { name, since: this.clock().toISOString(), reason, idleS: reason === 'idle' ? (this.state.idle?.afterS ?? 300) : null, entries: this.drafts.size, signatureCancelled: cancelled, switchAsked },
    })
  }

  /** Somebody signed in to unlock: the same person, or another one. */
  unlockedBy(name: string): void {
    this.#decideUnlock(name)
  }

  /** Two signatures of this person wait and one was refused; another person's waits too. */
  sealSome(): void {
    this.sealed = outboxEntries(asLocale(this.state.locale))
    this.sealedByOthers = 1
    this.set({ status: { ...this.state.status, outbox: 3 } })
  }

  // The door.

  appState(): Promise<AppState> {
    return Promise.resolve(this.state)
  }

  async signIn(): Promise<void> {
    this.#note('signIn')
    this.set({ phase: 'signing_in', ended: null, endedDetail: null })
    const outcome = await new Promise<Fault | null>((decided) => {
      this.#decideSignIn = decided
      if (this.signInFault) decided(this.signInFault)
    })
    this.set(outcome ? { phase: 'signed_out' } : { phase: 'signed_in', session: appState('en').session })
    if (outcome) throw outcome
  }

  /** The person has signed in. */
  completeSignIn(): void {
    this.#decideSignIn(null)
  }

  async cancelSignIn(): Promise<void> {
    this.#note('cancelSignIn')
    this.#decideSignIn({ code: 'cancelled', text: 'You cancelled.', remedy: '', reference: null })
  }

  async signOut(): Promise<void> {
    this.#note('signOut')
    this.view = null
    this.drafts.clear()
    this.set({ phase: 'signed_out', ended: 'signed_out', session: null, locked: null, switchTo: null, signingLocked: false })
  }

  async lock(switching: boolean): Promise<void> {
    this.#note('lock', switching)
    this.lockedBy('person', switching)
  }

  async unlock(): Promise<void> {
    this.#note('unlock')
    this.set({ phase: 'unlocking' })
    const who = await new Promise<string | Fault>((decided) => {
      this.#decideUnlock = decided
      if (this.unlockFault) decided(this.unlockFault)
    })
    if (typeof who !== 'string') {
      this.set({ phase: 'locked' })
      throw who
    }
    if (who === this.state.locked?.name) this.set({ phase: 'signed_in', locked: null, session: appState('en').session })
    else this.set({ phase: 'switch_user', switchTo: { name: who } })
  }

  async cancelUnlock(): Promise<void> {
    this.#note('cancelUnlock')
    this.#decideUnlock({ code: 'cancelled', text: 'You cancelled.', remedy: '', reference: null })
  }

  async switchUser(): Promise<void> {
    this.#note('switchUser')
    await this.signOut()
    await this.signIn()
  }

  async confirmSwitch(): Promise<void> {
    this.#note('confirmSwitch')
    const name = this.state.switchTo?.name ?? ''
    this.drafts.clear()
    this.sealed = []
    this.set({ phase: 'signed_in', locked: null, switchTo: null, session: { name, role: null, since: this.clock().toISOString(), until: null } })
  }

  async refuseSwitch(): Promise<void> {
    this.#note('refuseSwitch')
    const { locked } = this.state
    this.set({ phase: 'locked', switchTo: null, locked: locked && { ...locked, switchAsked: false } })
  }

  async touched(): Promise<void> {
    this.#note('touched')
    this.idle(this.state.profile === 'kiosk' ? (this.state.idle?.afterS ?? null) : null)
  }

  async setLocale(locale: string): Promise<void> {
    this.#note('setLocale', locale)
    const reasons = Object.entries(LOCALE_REASONS[locale === 'de' ? 'de' : 'en']).map(([code, text]) => ({ code, text }))
    this.set({ locale, reasons })
  }

  async worklist(): Promise<Worklist> {
    this.#note('worklist')
    await this.#wait()
    if (this.worklistFault) throw this.worklistFault
    return { items: this.items, readAt: this.clock().toISOString() }
  }

  async review(id: string): Promise<Review> {
    this.#note('review', id)
    await this.#wait()
    if (this.reviewFault) throw this.reviewFault
    return review(id, this.drafts.get(id) ?? null)
  }

  async textToSign(id: string, etag: string, draft: Draft): Promise<TextPart[]> {
    this.#note('textToSign', id, etag, draft)
    return textToSign(id, draft)
  }

  async saveDraft(id: string, draft: Draft): Promise<void> {
    this.#note('saveDraft', id, draft)
    this.drafts.set(id, draft)
  }

  async beginSigning(request: SignRequest): Promise<void> {
    this.#note('beginSigning', request)
    if (this.beginFault) throw this.beginFault
    const ends = new Date(this.clock().getTime() + this.state.timeoutS * 1000)
    this.set({ phase: 'ceremony' })
    this.show(ceremony(request.id, 0, ends.toISOString()))
  }

  ceremonyState(): Promise<CeremonyView | null> {
    return Promise.resolve(this.view)
  }

  async bringForward(): Promise<void> {
    this.#note('bringForward')
  }

  async cancelSigning(): Promise<void> {
    this.#note('cancelSigning')
    this.end('cancelled')
  }

  async dismissEnding(): Promise<void> {
    this.#note('dismissEnding')
    this.view = null
    this.set({ phase: 'signed_in' })
  }

  async saveEvidence(signatureId: string): Promise<string | null> {
    this.#note('saveEvidence', signatureId)
    return '/home/adams/Documents/LAB-88123-004128.evidence.json'
  }

  async decline(id: string, etag: string, reason: string): Promise<void> {
    this.#note('decline', id, etag, reason)
    if (this.declineFault) throw this.declineFault
    this.#remove(id)
  }

  async verifyFile(): Promise<Verification | null> {
    this.#note('verifyFile')
    await this.#wait()
    if (this.verifyFault) throw this.verifyFault
    return this.chosen
  }

  async saveReport(): Promise<string | null> {
    this.#note('saveReport')
    return '/home/adams/Documents/LAB-88123-004128.evidence.html'
  }

  async printPage(): Promise<void> {
    this.#note('printPage')
    window.print()
  }

  async activity(query: ActivityQuery): Promise<ActivityPage> {
    this.#note('activity', query)
    await this.#wait()
    if (this.activityFault) throw this.activityFault
    return activityPage(asLocale(this.state.locale), query, this.chain)
  }

  async checkChain(): Promise<ChainView> {
    this.#note('checkChain')
    await this.#wait()
    this.chain = { ...this.chain, checkedAt: this.clock().toISOString() }
    return this.chain
  }

  async saveActivity(query: ActivityQuery): Promise<string | null> {
    this.#note('saveActivity', query)
    return '/home/adams/Documents/activity-2026-11-24.csv'
  }

  async about(): Promise<AboutView> {
    this.#note('about')
    await this.#wait()
    return { ...ABOUT, device: this.state.device }
  }

  async runChecks(): Promise<Checks> {
    this.#note('runChecks')
    await this.#wait()
    return checks(asLocale(this.state.locale), this.state.status.recordsConnected, this.clock())
  }

  async saveDiagnostics(): Promise<string | null> {
    this.#note('saveDiagnostics')
    return '/home/adams/Documents/countersign-diagnostics.txt'
  }

  async outbox(): Promise<OutboxView> {
    this.#note('outbox')
    await this.#wait()
    if (this.outboxFault) throw this.outboxFault
    return { entries: this.sealed, others: this.sealedByOthers, unreadable: this.state.status.outboxUnreadable, durable: this.state.status.outboxDurable }
  }

  async tryDeliveryNow(): Promise<void> {
    this.#note('tryDeliveryNow')
    await this.#wait()
    if (!this.state.status.recordsConnected) {
      this.sealed = this.sealed.map((entry) => (entry.state === 'waiting' ? { ...entry, attempts: entry.attempts + 1 } : entry))
    } else {
      this.sealed = this.sealed.filter((entry) => entry.state !== 'waiting')
    }
    const waiting = this.sealed.filter((entry) => entry.state === 'waiting').length
    this.set({ status: { ...this.state.status, outbox: waiting + this.sealedByOthers } })
  }

  async onAppState(hear: (state: AppState) => void): Promise<Unlisten> {
    this.#hearState.push(hear)
    return () => (this.#hearState = this.#hearState.filter((other) => other !== hear))
  }

  async onCeremony(hear: (view: CeremonyView) => void): Promise<Unlisten> {
    this.#hearCeremony.push(hear)
    return () => (this.#hearCeremony = this.#hearCeremony.filter((other) => other !== hear))
  }

  async onWorklistChanged(hear: () => void): Promise<Unlisten> {
    this.#hearWorklist.push(hear)
    return () => (this.#hearWorklist = this.#hearWorklist.filter((other) => other !== hear))
  }

  async onIdle(hear: (idle: IdleView) => void): Promise<Unlisten> {
    this.#hearIdle.push(hear)
    return () => (this.#hearIdle = this.#hearIdle.filter((other) => other !== hear))
  }

  async onDropped(hear: (file: DroppedFile) => void): Promise<Unlisten> {
    this.#hearDropped.push(hear)
    return () => (this.#hearDropped = this.#hearDropped.filter((other) => other !== hear))
  }

  #note(name: string, ...args: unknown[]): void {
    this.calls.push({ name, args })
  }

  #remove(id: string): void {
    this.items = this.items.filter((item) => item.id !== id)
  }

  async #wait(): Promise<void> {
    if (this.slow) await new Promise(() => undefined)
  }
}

export { FAULTS }
