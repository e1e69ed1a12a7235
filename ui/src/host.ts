// The one door between the pages and the shell. Nothing else in `ui/` talks to the outside.
//
// No token, code, key or cookie crosses it in either direction; the types come from the shell.

import type { AboutView } from './ipc/AboutView'
import type { ActivityPage } from './ipc/ActivityPage'
import type { ActivityQuery } from './ipc/ActivityQuery'
import type { AppState } from './ipc/AppState'
import type { CeremonyView } from './ipc/CeremonyView'
import type { ChainView } from './ipc/ChainView'
import type { Checks } from './ipc/Checks'
import type { Draft } from './ipc/Draft'
import type { DroppedFile } from './ipc/DroppedFile'
import type { Fault } from './ipc/Fault'
import type { IdleView } from './ipc/IdleView'
import type { OutboxView } from './ipc/OutboxView'
import type { Review } from './ipc/Review'
import type { SignRequest } from './ipc/SignRequest'
import type { TextPart } from './ipc/TextPart'
import type { Verification } from './ipc/Verification'
import type { Worklist } from './ipc/Worklist'

/** Ends a subscription. */
export type Unlisten = () => void

/** Every call that cannot be done rejects with a `Fault`. */
export interface Host {
  appState(): Promise<AppState>
  signIn(): Promise<void>
  cancelSignIn(): Promise<void>
  /** Ends the session; also the one behind a locked screen, by whoever stands before it. Works without a connection. */
  signOut(): Promise<void>
  /** Locks the screen now; `switching`, for somebody else, who is asked there at once whether they take over. */
  lock(switching: boolean): Promise<void>
  /** Opens the sign-in page to unlock; returns when the screen is unlocked, somebody else signed in, or it failed. */
  unlock(): Promise<void>
  cancelUnlock(): Promise<void>
  /** Behind a lock: ends the session, and opens the sign-in page for whoever comes. */
  switchUser(): Promise<void>
  /** In `switch_user`: the session behind the lock ends, everything of it is wiped, and the newcomer's begins. */
  confirmSwitch(): Promise<void>
  /** Nobody takes over: what a newcomer signed in with is given back, and the screen stays locked. */
  refuseSwitch(): Promise<void>
  /** The window saw input. The pages say so at most once a second. */
  touched(): Promise<void>
  setLocale(locale: string): Promise<void>
  worklist(): Promise<Worklist>
  review(id: string): Promise<Review>
  textToSign(id: string, etag: string, draft: Draft): Promise<TextPart[]>
  saveDraft(id: string, draft: Draft): Promise<void>
  beginSigning(request: SignRequest): Promise<void>
  ceremonyState(): Promise<CeremonyView | null>
  bringForward(): Promise<void>
  cancelSigning(): Promise<void>
  dismissEnding(): Promise<void>
  /** Where the evidence was saved; `null` when the person chose no place. */
  saveEvidence(signatureId: string): Promise<string | null>
  decline(id: string, etag: string, reason: string): Promise<void>
  printPage(): Promise<void>
  /** One page of the log, with how the chain stands as far as that is known. */
  activity(query: ActivityQuery): Promise<ActivityPage>
  /** Reads the whole log from its first line. */
  checkChain(): Promise<ChainView>
  /** Saves what the query leaves of the list, as the list shows it; `null` when the person chose no place. */
  saveActivity(query: ActivityQuery): Promise<string | null>
  about(): Promise<AboutView>
  runChecks(): Promise<Checks>
  /** Where the report was saved; `null` when the person chose no place. */
  saveDiagnostics(): Promise<string | null>
  outbox(): Promise<OutboxView>
  /** Sends what waits, without regard to its pause; returns when every entry was tried. */
  tryDeliveryNow(): Promise<void>
  /** What became of a file that the person chose; `null` when they chose none. The file itself stays with the shell. */
  verifyFile(): Promise<Verification | null>
  /** Where the report on the last file was saved; `null` when the person chose no place. */
  saveReport(): Promise<string | null>

  onAppState(hear: (state: AppState) => void): Promise<Unlisten>
  onCeremony(hear: (view: CeremonyView) => void): Promise<Unlisten>
  onWorklistChanged(hear: () => void): Promise<Unlisten>
  onIdle(hear: (idle: IdleView) => void): Promise<Unlisten>
  onDropped(hear: (file: DroppedFile) => void): Promise<Unlisten>
}

/** What a call was rejected with, as a `Fault`. Anything else is a defect of the shell and gets the general text. */
export function asFault(thrown: unknown): Fault {
  const known = thrown as Partial<Fault> | null
  if (typeof known === 'object' && typeof known?.code === 'string' && typeof known.text === 'string') {
    return { code: known.code, text: known.text, remedy: known.remedy ?? '', reference: known.reference ?? null }
  }
  return { code: 'unexpected', text: '', remedy: '', reference: null }
}
