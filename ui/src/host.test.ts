import { expect, it } from 'vitest'
import { asFault } from './host'

it('a fault of the shell is taken as it is', () => {
  const fault = { code: 'records-unreachable', text: 'The records service could not be reached.', remedy: 'Try again.', reference: '7F3K-8S1D' }

  expect(asFault(fault)).toEqual(fault)
})

it('anything else has no text of its own, so that nothing unexpected is shown', () => {
  for (const thrown of [new Error('secret'), 'secret', null, undefined, { text: 'secret' }]) {
    expect(asFault(thrown)).toEqual({ code: 'unexpected', text: '', remedy: '', reference: null })
  }
})
