// The worklist as the pages hold it: what was read, what the filter leaves, which row is the current one.

import { asFault, type Host } from '../host'
import { dueByToday } from '../format/time'
import type { Fault } from '../ipc/Fault'
import type { Worklist } from '../ipc/Worklist'
import type { WorklistItem } from '../ipc/WorklistItem'

export type Show = 'all' | 'overdue' | 'today' | 'second'
export const SHOWS: Show[] = ['all', 'overdue', 'today', 'second']

export class WorklistStore {
  read = $state.raw<Worklist | null>(null)
  fault = $state.raw<Fault | null>(null)
  reading = $state(false)
  show = $state<Show>('all')
  query = $state('')
  selected = $state<string | null>(null)
  scrollTop = 0
  #again = false
  /** Counts up when the list is forgotten: what was asked for before is not taken in after. */
  #epoch = 0

  constructor(private readonly host: Host) {}

  get items(): WorklistItem[] {
    return this.read?.items ?? []
  }

  /** Reads again; a call during a read makes one more read after it. */
  async refresh(): Promise<void> {
    if (this.reading) {
      this.#again = true
      return
    }
    this.reading = true
    const epoch = this.#epoch
    try {
      const read = await this.host.worklist()
      if (epoch !== this.#epoch) return
      this.#take(read)
      this.fault = null
    } catch (thrown) {
      if (epoch !== this.#epoch) return
      this.fault = asFault(thrown)
    } finally {
      if (epoch === this.#epoch) this.reading = false
    }
    if (this.#again) {
      this.#again = false
      await this.refresh()
    }
  }

  /** An amendment that is signed is gone at once, before the list is read again. */
  drop(id: string): void {
    if (this.read) this.#take({ ...this.read, items: this.items.filter((item) => item.id !== id) })
  }

  forget(): void {
    this.#epoch += 1
    this.#again = false
    this.reading = false
    this.read = null
    this.fault = null
    this.show = 'all'
    this.query = ''
    this.selected = null
    this.scrollTop = 0
  }

  clearFilter(): void {
    this.show = 'all'
    this.query = ''
  }

  get filtered(): boolean {
    return this.show !== 'all' || this.query.trim() !== ''
  }

  /** The row stays current; when it is gone, the one that took its place is. */
  #take(read: Worklist): void {
    const before = this.items.findIndex((item) => item.id === this.selected)
    this.read = read
    if (read.items.some((item) => item.id === this.selected)) return
    this.selected = read.items[Math.max(0, Math.min(before, read.items.length - 1))]?.id ?? null
  }
}

/** What the filter leaves, in the order that was read. */
export function matching(items: WorklistItem[], show: Show, query: string, now: Date): WorklistItem[] {
  const wanted = query.trim().toLowerCase()
  return items.filter((item) => shown(item, show, now) && (wanted === '' || searched(item).includes(wanted)))
}

export function shown(item: WorklistItem, show: Show, now: Date): boolean {
  switch (show) {
    case 'all':
      return true
    case 'overdue':
      return new Date(item.dueAt).getTime() < now.getTime()
    case 'today':
      return dueByToday(new Date(item.dueAt), now)
    case 'second':
      return needsSecond(item)
  }
}

export function needsSecond(item: WorklistItem): boolean {
  return item.signaturesGiven > 0 && item.signaturesGiven < item.signaturesRequired
}

/** The row that a key moves to, or `null` when it is no key of the grid. */
export function rowAfter(key: string, at: number, rows: number): number | null {
  const last = rows - 1
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last, PageDown: at + 8, PageUp: at - 8 }[key]
  return target === undefined ? null : Math.max(0, Math.min(target, last))
}

function searched(item: WorklistItem): string {
  return [item.record, item.id, item.kind, item.patient, item.requestedBy].join('\n').toLowerCase()
}
