// Instants as people read them. What is said in words comes from the catalogue; the clock comes in as an argument.

import { type Locale, text } from '../texts/catalogue'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

type Parts = Record<'weekday' | 'day' | 'month' | 'year' | 'hour' | 'minute' | 'second' | 'timeZoneName', string>

const formats: Record<Locale, Intl.DateTimeFormat> = { en: format('en-GB', 'short'), de: format('de-DE', '2-digit') }

/** `14:31` */
export function clock(locale: Locale, at: Date): string {
  const { hour, minute } = parts(locale, at)
  return `${hour}:${minute}`
}

/** `14:37:08` */
export function clockWithSeconds(locale: Locale, at: Date): string {
  const { hour, minute, second } = parts(locale, at)
  return `${hour}:${minute}:${second}`
}

/** `20 Nov 2026` */
export function day(locale: Locale, at: Date): string {
  return text(locale, 'date-day', parts(locale, at))
}

/** `23 Nov 16:48`: for columns, where the year goes without saying. */
export function shortDayAndClock(locale: Locale, at: Date, now: Date): string {
  const pattern = sameYear(at, now) ? 'date-short-clock' : 'date-short-clock-year'
  return text(locale, pattern, { ...parts(locale, at), clock: clock(locale, at) })
}

/** `Tue 24 Nov 2026, 14:31 CET` */
export function full(locale: Locale, at: Date): string {
  return text(locale, 'date-full', { ...parts(locale, at), clock: clock(locale, at) })
}

/** `20 Nov 2026, 09:12:05 CET` */
export function exact(locale: Locale, at: Date): string {
  return text(locale, 'date-exact', { ...parts(locale, at), clock: clockWithSeconds(locale, at) })
}

/** `14:44:10 CET` */
export function clockAndZone(locale: Locale, at: Date): string {
  return text(locale, 'date-clock-zone', { ...parts(locale, at), clock: clockWithSeconds(locale, at) })
}

/** `CET` */
export function zone(locale: Locale, at: Date): string {
  return parts(locale, at).timeZoneName
}

/** `4:12` of what is left; never negative. */
export function countdown(left: number): string {
  const seconds = Math.max(0, Math.ceil(left / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export interface Due {
  state: 'overdue' | 'today' | 'later'
  /** `Overdue by 2 h`, `Today, 16:00`, `Fri 27 Nov, 12:00` */
  main: string
  /** `since 12:30`, `in 1 h 29 min`, or nothing */
  sub: string
}

export function due(locale: Locale, at: Date, now: Date): Due {
  const when = clock(locale, at)
  const left = at.getTime() - now.getTime()
  if (left < 0) {
    const since = daysBetween(at, now) === 0 ? when : shortDayAndClock(locale, at, now)
    return {
      state: 'overdue',
      main: text(locale, 'due-overdue', { span: span(locale, -left) }),
      sub: text(locale, 'due-since', { when: since }),
    }
  }
  const days = daysBetween(now, at)
  if (days === 0) {
    return { state: 'today', main: text(locale, 'due-today', { clock: when }), sub: text(locale, 'due-in', { span: exactSpan(locale, left) }) }
  }
  if (days === 1) {
    return { state: 'later', main: text(locale, 'due-tomorrow', { clock: when }), sub: text(locale, 'due-in', { span: span(locale, left) }) }
  }
  const pattern = sameYear(at, now) ? 'due-day' : 'due-day-year'
  return { state: 'later', main: text(locale, pattern, { ...parts(locale, at), clock: when }), sub: '' }
}

/** `today, 16:00`: a due time within a sentence. */
export function dueInSentence(locale: Locale, at: Date, now: Date): string {
  const { main } = due(locale, at, now)
  return at.getTime() < now.getTime() || daysBetween(now, at) <= 1 ? main.toLocaleLowerCase(locale) : main
}

/** Due on the day of `now` or before. */
export function dueByToday(at: Date, now: Date): boolean {
  return at.getTime() < now.getTime() || daysBetween(now, at) === 0
}

/** Whole days, then whole hours, then minutes: rounded down, so that no time is promised that is not there. */
function span(locale: Locale, length: number): string {
  if (length >= DAY) return text(locale, 'span-days', { days: Math.floor(length / DAY) })
  if (length >= HOUR) return text(locale, 'span-hours', { hours: Math.floor(length / HOUR) })
  return text(locale, 'span-minutes', { minutes: Math.floor(length / MINUTE) })
}

function exactSpan(locale: Locale, length: number): string {
  const hours = Math.floor(length / HOUR)
  const minutes = Math.floor((length % HOUR) / MINUTE)
  if (hours === 0) return text(locale, 'span-minutes', { minutes })
  return minutes === 0 ? text(locale, 'span-hours', { hours }) : text(locale, 'span-hours-minutes', { hours, minutes })
}

/** Midnights between two instants, in the reader's time zone. */
function daysBetween(from: Date, to: Date): number {
  const midnight = (at: Date): number => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate())
  return Math.round((midnight(to) - midnight(from)) / DAY)
}

function sameYear(one: Date, other: Date): boolean {
  return one.getFullYear() === other.getFullYear()
}

function format(tag: string, month: 'short' | '2-digit'): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(tag, {
    weekday: 'short',
    day: month === 'short' ? 'numeric' : '2-digit',
    month,
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
}

function parts(locale: Locale, at: Date): Parts {
  const found: Partial<Parts> = {}
  for (const { type, value } of formats[locale].formatToParts(at)) found[type as keyof Parts] = value
  const { weekday = '', day = '', month = '', year = '', hour = '', minute = '', second = '', timeZoneName = '' } = found
  return { weekday: weekday.replace(/[.,]+$/, ''), day, month, year, hour, minute, second, timeZoneName }
}
