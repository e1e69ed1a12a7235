// What the shell says of an installation in good order, but for its disk.

import type { AboutView } from '../ipc/AboutView'
import type { Checks } from '../ipc/Checks'
import type { CheckState } from '../ipc/CheckState'
import type { PolicyRow } from '../ipc/PolicyRow'
import type { PolicySource } from '../ipc/PolicySource'
import { type Locale, text } from '../texts/catalogue'

const PLACES: Record<PolicySource, string> = {
  machine: '/etc/countersign/policy.toml',
  file: '/home/adams/trial.toml',
  user: '/home/adams/.config/countersign/settings.toml',
  program: '--kiosk',
  default: '',
}

const POLICY: PolicyRow[] = [
  row('identity.issuer', 'https://id.clinic.example', 'machine', 'The OpenID Connect issuer, character by character as its discovery document writes it.'),
  row('identity.max_age', '0', 'machine', 'The max_age of a signing request.'),
  row('identity.subject_claims', 'sub', 'default', 'The claims that together name one person: sub; for Entra tid and oid.'),
  row('identity.redirect_ports', '', 'default', 'The loopback ports registered at the issuer, tried in this order. Empty: any free port.'),
  row('signing.agent', 'window', 'machine', 'What shows the issuer’s pages while signing.'),
  row('signing.timeout_s', '300', 'default', 'Seconds that one attempt may take.'),
  row('signing.ambient_preflight', 'require', 'machine', 'Whether the issuer is first asked, in the empty sign-in window, if it signs somebody in by itself.'),
  row('signing.mismatch_limit', '3', 'machine', 'Sign-ins by somebody else after which signing locks for the session.'),
  row('session.profile', 'workstation', 'machine', 'Whose device this is.'),
  row('session.idle_lock_s', '300', 'machine', 'Seconds without input after which the screen locks.'),
  row('session.remember', 'keyring', 'default', 'Whether a session survives the end of the program.'),
  row('records.url', 'https://api.clinic.example', 'machine', 'The base address of the Records API.'),
  row('updates.check', 'weekly', 'user', 'How often the application asks for a newer version.'),
]

export const ABOUT: AboutView = { version: '1.4.0', build: '2026-11-18', device: 'Ward 3, workstation 2', policy: POLICY }

/** The checks; where nothing is connected, with what to do about it. */
export function checks(locale: Locale, connected: boolean, at: Date): Checks {
  const found = (name: string, state: CheckState, detail: string, remedy: string | null = null): Checks['rows'][number] => ({
    name,
    title: text(locale, `check-${name.replaceAll('_', '-')}`),
    state,
    detail,
    remedy,
  })
  return {
    at: at.toISOString(),
    rows: [
      found('identity_provider', 'ok', text(locale, 'check-answers', { ms: 84 })),
      connected
        ? found('records_service', 'ok', text(locale, 'check-answers', { ms: 31 }))
        : found('records_service', 'failed', text(locale, 'err-records-unreachable'), text(locale, 'rec-identity-provider-unreachable')),
      found('agent', 'ok', text(locale, 'check-agent-window')),
      found('keyring', 'ok', text(locale, 'check-keyring-open')),
      found('audit', 'ok', text(locale, 'chain-complete', { count: 1284 })),
      found('disk', 'attention', text(locale, 'check-disk-low', { free: 180 }), text(locale, 'rec-audit-disk-full')),
    ],
    report: 'Countersign 1.4.0, build 2026-11-18\nidentity.issuer = https://id.clinic.example (machine policy)\n',
  }
}

function row(key: string, value: string, source: PolicySource, description: string): PolicyRow {
  return { key, value, source, place: PLACES[source], locked: source === 'machine', description }
}
