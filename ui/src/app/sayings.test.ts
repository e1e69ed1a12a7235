import { describe, expect, it } from 'vitest'
import { ceremony, ENDINGS } from '../host-mock/data'
import { endingSaid, stepsSaid, timeSaid } from './sayings'

const ENDS = '2026-11-24T14:37:08+01:00'

describe('a finished step', () => {
  it('is said with the one that is under way now', () => {
    expect(stepsSaid('en', 'A. Adams', ceremony('AM-1207', 2, ENDS), ceremony('AM-1207', 3, ENDS))).toBe(
      'Done: Nobody was signed in there already. Now: You sign in as A. Adams.',
    )
  })

  it('is said once', () => {
    expect(stepsSaid('en', 'A. Adams', ceremony('AM-1207', 3, ENDS), ceremony('AM-1207', 3, ENDS))).toBe('')
  })

  it('is the last one when several were finished at once', () => {
    expect(stepsSaid('de', 'A. Adams', ceremony('AM-1207', 0, ENDS), ceremony('AM-1207', 3, ENDS))).toBe(
      'Erledigt: Dort war niemand angemeldet. Jetzt: Sie melden sich als A. Adams an.',
    )
  })

  it('at the end has no other after it', () => {
    expect(stepsSaid('en', 'A. Adams', ceremony('AM-1207', 6, ENDS), ceremony('AM-1207', 7, ENDS))).toBe('Done: Receipt checked.')
  })
})

describe('the time left', () => {
  it('is said at 2:00, 1:00 and 0:30 and at no other time', () => {
    const said: string[] = []
    for (let left = 300_000; left > -1_000; left -= 250) said.push(timeSaid('en', left + 250, left))

    expect(said.filter((text) => text !== '')).toEqual(['2 minutes left to sign in.', '1 minute left to sign in.', '30 seconds left to sign in.'])
  })

  it('is said once, the nearest, after the computer slept', () => {
    expect(timeSaid('en', 200_000, 20_000)).toBe('30 seconds left to sign in.')
  })

  it('is not said once nothing is left', () => {
    expect(timeSaid('en', 200_000, 0)).toBe('')
  })
})

describe('an ending', () => {
  it('that was refused is the one uniform sentence with its reference', () => {
    expect(endingSaid('en', ENDINGS['not-applied']!)).toEqual({
      text: 'The signature was not applied. Your session and your entry are unchanged. Reference 7F3K-2QX9.',
      urgency: 'assertive',
    })
  })

  it('interrupts when something has to be known, and not when it was chosen', () => {
    const urgent = Object.entries(ENDINGS).filter(([, ending]) => endingSaid('en', ending).urgency === 'assertive')

    expect(urgent.map(([name]) => name)).toEqual(['not-applied', 'network', 'local', 'record-changed', 'unconfirmed', 'signing-locked'])
  })
})
