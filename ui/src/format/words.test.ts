import { expect, it } from 'vitest'
import { inSentence } from './words'

it('makes an English term small within a sentence', () => {
  expect(inSentence('en', 'Vital signs')).toBe('vital signs')
})

it('leaves an abbreviation as it is', () => {
  expect(inSentence('en', 'ECG result')).toBe('ECG result')
})

it('leaves German nouns as they are', () => {
  expect(inSentence('de', 'Laborwert')).toBe('Laborwert')
})
