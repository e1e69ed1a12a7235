import { describe, expect, it } from 'vitest'
import { clockAndZone, countdown, day, due, dueByToday, dueInSentence, exact, full, shortDayAndClock } from './time'

const now = new Date('2026-11-24T14:31:00+01:00')
const at = (time: string): Date => new Date(time)

describe('due', () => {
  it('says how long something is overdue, in hours when it is hours', () => {
    expect(due('en', at('2026-11-24T12:30:00+01:00'), now)).toEqual({ state: 'overdue', main: 'Overdue by 2 h', sub: 'since 12:30' })
  })

  it('counts a short delay in minutes', () => {
    expect(due('en', at('2026-11-24T14:00:00+01:00'), now).main).toBe('Overdue by 31 min')
  })

  it('names the day since when, once it is not today any more', () => {
    expect(due('en', at('2026-11-22T12:00:00+01:00'), now)).toEqual({ state: 'overdue', main: 'Overdue by 2 days', sub: 'since 22 Nov 12:00' })
  })

  it('counts what is left of today to the minute', () => {
    expect(due('en', at('2026-11-24T16:00:00+01:00'), now)).toEqual({ state: 'today', main: 'Today, 16:00', sub: 'in 1 h 29 min' })
  })

  it('is neither overdue nor tomorrow at this very minute', () => {
    expect(due('en', now, now)).toEqual({ state: 'today', main: 'Today, 14:31', sub: 'in 0 min' })
  })

  it('never promises more time than there is', () => {
    expect(due('en', at('2026-11-25T12:00:00+01:00'), now)).toEqual({ state: 'later', main: 'Tomorrow, 12:00', sub: 'in 21 h' })
  })

  it('names weekday and day for anything later', () => {
    expect(due('en', at('2026-11-27T12:00:00+01:00'), now)).toEqual({ state: 'later', main: 'Fri 27 Nov, 12:00', sub: '' })
  })

  it('adds the year when it is another one', () => {
    expect(due('en', at('2027-01-05T12:00:00+01:00'), now).main).toBe('Tue 5 Jan 2027, 12:00')
  })

  it('counts midnights, not hours, across the end of summer time', () => {
    expect(due('en', at('2026-10-25T00:30:00+02:00'), at('2026-10-24T23:30:00+02:00')).main).toBe('Tomorrow, 00:30')
    expect(due('en', at('2026-10-26T00:10:00+01:00'), at('2026-10-25T00:20:00+02:00')).main).toBe('Tomorrow, 00:10')
  })

  it('speaks German', () => {
    expect(due('de', at('2026-11-27T12:00:00+01:00'), now).main).toBe('Fr., 27.11., 12:00')
    expect(due('de', at('2026-11-24T12:30:00+01:00'), now)).toEqual({ state: 'overdue', main: 'Überfällig seit 2 Std.', sub: 'seit 12:30' })
  })

  it('is small within a sentence only where it begins with a word of ours', () => {
    expect(dueInSentence('en', at('2026-11-24T16:00:00+01:00'), now)).toBe('today, 16:00')
    expect(dueInSentence('en', at('2026-11-27T12:00:00+01:00'), now)).toBe('Fri 27 Nov, 12:00')
  })
})

describe('due by today', () => {
  it('counts what is overdue and what is due until midnight', () => {
    expect(dueByToday(at('2026-11-20T12:00:00+01:00'), now)).toBe(true)
    expect(dueByToday(at('2026-11-24T23:59:00+01:00'), now)).toBe(true)
    expect(dueByToday(at('2026-11-25T00:00:00+01:00'), now)).toBe(false)
  })
})

describe('an instant', () => {
  const signed = at('2026-11-20T09:12:05+01:00')

  it('reads the same whatever offset it was written with', () => {
    expect(exact('en', at('2026-11-20T08:12:05Z'))).toBe(exact('en', signed))
  })

  it('carries its zone wherever a signature is dated', () => {
    expect(exact('en', signed)).toBe('20 Nov 2026, 09:12:05 CET')
    expect(exact('de', signed)).toBe('20.11.2026, 09:12:05 MEZ')
    expect(clockAndZone('en', signed)).toBe('09:12:05 CET')
  })

  it('is short in columns, with the year only where it is another one', () => {
    expect(shortDayAndClock('en', signed, now)).toBe('20 Nov 09:12')
    expect(shortDayAndClock('en', at('2025-12-31T09:12:00+01:00'), now)).toBe('31 Dec 2025 09:12')
  })

  it('is complete in the status bar', () => {
    expect(full('en', now)).toBe('Tue 24 Nov 2026, 14:31 CET')
    expect(full('de', now)).toBe('Di., 24.11.2026, 14:31 MEZ')
    expect(day('de', now)).toBe('24.11.2026')
  })
})

describe('the countdown', () => {
  it('rounds up, so that it shows 0:00 only when nothing is left', () => {
    expect(countdown(252_000)).toBe('4:12')
    expect(countdown(59_001)).toBe('1:00')
    expect(countdown(1)).toBe('0:01')
    expect(countdown(0)).toBe('0:00')
    expect(countdown(-5_000)).toBe('0:00')
  })
})
