// A shell for a plain browser: it keeps a state, follows the script of a ceremony, and counts what it was asked.

import type { Host, Unlisten } from '../host'
import type { AppState } from '../ipc/AppState'
import type { CeremonyView } from '../ipc/CeremonyView'
import type { Draft } from '../ipc/Draft'
import type { DroppedFile } from '../ipc/DroppedFile'
import type { EndingView } from '../ipc/EndingView'
import type { Fault } from '../ipc/Fault'
import type { Review } from '../ipc/Review'
import type { SignRequest } from '../ipc/SignRequest'
import type { TextPart } from '../ipc/TextPart'
import type { Verification } from '../ipc/Verification'
import type { Worklist } from '../ipc/Worklist'
import type { WorklistItem } from '../ipc/WorklistItem'
import { appState, ceremony, ENDINGS, FAULTS, ITEMS, LOCALE_REASONS, NOW, review, textToSign } from './data'
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
  /** What the person's choice of a file comes to. */
  chosen: Verification | null = VERIFIED.valid
  /** Never answers when true: shows what waiting looks like. */
  slow = false
  clock: () => Date = () => new Date(NOW)
  #hearState: ((state: AppState) => void)[] = []
  #hearCeremony: ((view: CeremonyView) => void)[] = []
  #hearWorklist: (() => void)[] = []
  #hearDropped: ((file: DroppedFile) => void)[] = []
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

  // The door.

  appState(): Promise<AppState> {
    return Promise.resolve(this.state)
  }

  async signIn(): Promise<void> {
    this.#note('signIn')
    this.set({ phase: 'signing_in', ended: null })
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
    this.set({ phase: 'signed_out', ended: 'signed_out', session: null, signingLocked: false })
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
