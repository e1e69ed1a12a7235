// The texts of the pages: the same Fluent files that the shell reads.

import { FluentBundle, FluentNumber, FluentResource, type FluentVariable } from '@fluent/bundle'
import german from '../../../crates/catalogue/locales/de.ftl?raw'
import english from '../../../crates/catalogue/locales/en.ftl?raw'

export type Locale = 'en' | 'de'
export type Arguments = Record<string, FluentVariable>

const bundles: Record<Locale, FluentBundle> = { en: read('en', english), de: read('de', german) }

/** A key that the catalogue lacks is a defect that a test finds; the key itself is shown, so that nothing breaks. */
export function text(locale: Locale, key: string, args: Arguments = {}): string {
  const bundle = bundles[locale]
  const pattern = bundle.getMessage(key)?.value
  if (!pattern) return key
  const errors: Error[] = []
  const said = bundle.formatPattern(pattern, plainNumbers(args), errors)
  if (errors.length > 0) console.error(`catalogue: ${key} (${locale}): ${errors.map((error) => error.message).join(', ')}`)
  return said
}

/** Numbers of entries and lines are names too: they read the same everywhere, without separators. */
function plainNumbers(args: Arguments): Arguments {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, typeof value === 'number' ? new FluentNumber(value, { useGrouping: false }) : value]))
}

export function has(locale: Locale, key: string): boolean {
  return bundles[locale].hasMessage(key)
}

export function asLocale(name: string): Locale {
  return name === 'de' ? 'de' : 'en'
}

/** A run of a message: plain, or between `<b>`, `<kbd>`, `<ref>`, `<origin>` of the catalogue. */
export interface Run {
  as: 'text' | 'b' | 'kbd' | 'ref' | 'origin'
  text: string
}

/** Where values are held while marks are read. In the basic plane: WebKit loses its way in `.*?` over characters beyond it. */
const HELD = 0xe000

/**
 * A message with its marks. What comes from outside is put in after the marks were read,
 * so a name that contains `<b>` is shown as just that.
 */
export function runs(locale: Locale, key: string, args: Arguments = {}): Run[] {
  const values: string[] = []
  const held = Object.fromEntries(
    Object.entries(args).map(([name, value]) =>
      typeof value === 'string' ? [name, String.fromCharCode(HELD + values.push(value) - 1)] : [name, value],
    ),
  )
  const put = (piece: string): string =>
    piece.replace(/[\ue000-\ue0ff]/g, (mark) => values[mark.charCodeAt(0) - HELD] ?? '')
  const found: Run[] = []
  for (const piece of text(locale, key, held).matchAll(/<(b|kbd|ref|origin)>(.*?)<\/\1>|([^<]+|<)/gs)) {
    found.push(piece[1] ? { as: piece[1] as Run['as'], text: put(piece[2] ?? '') } : { as: 'text', text: put(piece[3] ?? '') })
  }
  return found
}

function read(locale: Locale, source: string): FluentBundle {
  const bundle = new FluentBundle(locale, { useIsolating: false })
  const errors = bundle.addResource(new FluentResource(source))
  if (errors.length > 0) console.error(`catalogue: ${errors.map((error) => error.message).join(', ')}`)
  return bundle
}
