// Words of the catalogue within a sentence.

import type { Locale } from '../texts/catalogue'

/** `Vital signs` becomes `vital signs` in English; an abbreviation and every German noun stay as they are. */
export function inSentence(locale: Locale, words: string): string {
  if (locale === 'de' || /^\p{Lu}\p{Lu}/u.test(words)) return words
  return words.charAt(0).toLocaleLowerCase(locale) + words.slice(1)
}
