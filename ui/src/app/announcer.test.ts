import { expect, it } from 'vitest'
import { Announcer } from './announcer.svelte'

const heard = (announcer: Announcer): string[] => announcer.polite.map((message) => message.text)

it('the same words twice are said twice', () => {
  const announcer = new Announcer()

  announcer.say('14 of 14 match the filter.')
  announcer.say('14 of 14 match the filter.')

  expect(heard(announcer)).toHaveLength(2)
})

it('what is said behind a modal dialog waits until it closes', () => {
  const announcer = new Announcer()
  const release = announcer.hold()

  announcer.say('1 in the outbox')
  expect(heard(announcer)).toEqual([])

  release()
  expect(heard(announcer)).toEqual(['1 in the outbox'])
})

it('nothing is not said', () => {
  const announcer = new Announcer()

  announcer.say('')

  expect(heard(announcer)).toEqual([])
})
