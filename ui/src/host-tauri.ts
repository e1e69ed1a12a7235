// The host inside the desktop shell.

import { invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'
import type { Host } from './host'

export const host: Host = {
  appState: () => invoke('app_state'),
  signIn: () => invoke('sign_in'),
  cancelSignIn: () => invoke('cancel_sign_in'),
  signOut: () => invoke('sign_out'),
  lock: (switching) => invoke('lock', { switching }),
  unlock: () => invoke('unlock'),
  cancelUnlock: () => invoke('cancel_unlock'),
  switchUser: () => invoke('switch_user'),
  confirmSwitch: () => invoke('confirm_switch'),
  refuseSwitch: () => invoke('refuse_switch'),
  touched: () => invoke('touched'),
  setLocale: (locale) => invoke('set_locale', { locale }),
  worklist: () => invoke('worklist'),
  review: (id) => invoke('review', { id }),
  textToSign: (id, etag, draft) => invoke('text_to_sign', { id, etag, draft }),
  saveDraft: (id, draft) => invoke('save_draft', { id, draft }),
  beginSigning: (request) => invoke('begin_signing', { request }),
  ceremonyState: () => invoke('ceremony_state'),
  bringForward: () => invoke('bring_forward'),
  cancelSigning: () => invoke('cancel_signing'),
  dismissEnding: () => invoke('dismiss_ending'),
  saveEvidence: (signatureId) => invoke('save_evidence', { signatureId }),
  decline: (id, etag, reason) => invoke('decline', { id, etag, reason }),
  printPage: () => invoke('print_page'),
  activity: (query) => invoke('activity', { query }),
  checkChain: () => invoke('check_chain'),
  saveActivity: (query) => invoke('save_activity', { query }),
  about: () => invoke('about'),
  runChecks: () => invoke('run_checks'),
  saveDiagnostics: () => invoke('save_diagnostics'),
  outbox: () => invoke('outbox'),
  tryDeliveryNow: () => invoke('try_delivery_now'),
  verifyFile: () => invoke('verify_file'),
  saveReport: () => invoke('save_report'),

  onAppState: (hear) => listen('app-state', (event) => hear(event.payload as Parameters<typeof hear>[0])),
  onCeremony: (hear) => listen('ceremony', (event) => hear(event.payload as Parameters<typeof hear>[0])),
  onWorklistChanged: (hear) => listen('worklist-changed', () => hear()),
  onIdle: (hear) => listen('idle', (event) => hear(event.payload as Parameters<typeof hear>[0])),
  onDropped: (hear) => listen('dropped', (event) => hear(event.payload as Parameters<typeof hear>[0])),
}
