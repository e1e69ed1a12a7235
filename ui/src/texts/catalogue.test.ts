import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { has, type Locale, runs, text } from './catalogue'

const LOCALES: Locale[] = ['en', 'de']
const STEPS = ['prepared', 'window', 'preflight', 'signer', 'identity', 'sealed', 'receipt']
const COMPOSED = [
  ...STEPS.map((step) => `step-${step}`),
  ...['all', 'overdue', 'today', 'second'].map((show) => `worklist-show-${show}`),
  ...['browser', 'window'].flatMap((agent) => [`sign-in-lead-${agent}`, `sign-in-waiting-${agent}`]),
  ...['cancelled', 'timed-out', 'network', 'local'].map((ending) => `${ending}-title`),
  ...['cancelled', 'timed-out'].map((ending) => `${ending}-say`),
  ...LOCALES.map((locale) => `language-${locale}`),
  ...['lock', 'sign-out'].flatMap((then) => [`idle-${then}`, `idle-${then}-progress`, `kiosk-${then}-minutes`, `kiosk-${then}-seconds`]),
  ...['person', 'system', 'restart'].map((by) => `locked-${by}`),
  ...['elsewhere', 'elsewhere-closed', 'absolute'].map((end) => `${end}-say`),
  ...['ended-not-you', 'ended-ask-it'].map((ask) => `${ask}-reference`),
  ...['all', 'signing', 'session', 'security', 'system'].map((kind) => `activity-kind-${kind}`),
  ...['machine', 'file', 'user', 'program', 'default'].map((source) => `policy-${source}`),
]

/** Every literal that is handed to the catalogue anywhere in the pages. */
function keysInSource(folder = 'src'): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(svelte|ts)$/.test(file) && !file.includes('.test.') && !file.includes('host-mock'))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8')
      const calls = [...source.matchAll(/(?:app|this)\.t\(|text\(locale, |<T key=|says: |screen: /g)]
      return calls.flatMap((call) => {
        const rest = source.slice(call.index + call[0].length)
        const argument = rest.slice(0, rest.search(/[,)}\n]/))
        return [...argument.matchAll(/['"]([a-z][a-z0-9]*(?:-[a-z0-9]+)*)['"]/g)].map((literal) => literal[1] ?? '')
      })
    })
    .filter((key) => !['window', 'browser', 'expired', 'signer', 'person', 'device', 'absolute'].includes(key))
}

describe.each(LOCALES)('the catalogue in %s', (locale) => {
  it('has every text that the pages ask for', () => {
    const wanted = new Set([...keysInSource(), ...COMPOSED])

    expect(wanted.size).toBeGreaterThan(150)
    expect([...wanted].filter((key) => !has(locale, key))).toEqual([])
  })

  it('says that nothing waits, that one waits, and that many wait', () => {
    const counts = [0, 1, 14].map((count) => text(locale, 'worklist-count', { count, overdue: count === 14 ? 2 : 0 }))

    expect(counts).toEqual(
      locale === 'en'
        ? ['Nothing waits for your signature.', '1 amendment waits for your signature.', '14 amendments wait for your signature. 2 are overdue.']
        : ['Nichts wartet auf Ihre Unterschrift.', '1 Änderung wartet auf Ihre Unterschrift.', '14 Änderungen warten auf Ihre Unterschrift. 2 sind überfällig.'],
    )
  })
})

describe('a message with marks', () => {
  it('is cut into its runs', () => {
    expect(runs('en', 'sign-in-device', { device: 'Ward 3' })).toEqual([
      { as: 'text', text: 'This device: ' },
      { as: 'b', text: 'Ward 3' },
      { as: 'text', text: '.' },
    ])
  })

  it('shows marks that came from outside as they are', () => {
    expect(runs('en', 'sign-in-device', { device: '<b>x</b> & <kbd>' })).toEqual([
      { as: 'text', text: 'This device: ' },
      { as: 'b', text: '<b>x</b> & <kbd>' },
      { as: 'text', text: '.' },
    ])
  })
})
