import { describe, expect, it } from 'vitest'
import { ITEMS, NOW } from '../host-mock/data'
import { matching, rowAfter, type Show } from './worklist.svelte'

const now = new Date(NOW)
const ids = (show: Show, query = ''): string[] => matching(ITEMS, show, query, now).map((item) => item.record)

describe('the filter', () => {
  it('counts as the design does: 14 in all, 2 overdue, 5 due today, 3 second signatures', () => {
    expect((['all', 'overdue', 'today', 'second'] as Show[]).map((show) => ids(show).length)).toEqual([14, 2, 5, 3])
  })

  it('finds by record, amendment, patient and person, large or small', () => {
    expect(ids('all', 'lab-88123')).toEqual(['LAB-88123'])
    expect(ids('all', 'am-1207')).toEqual(['LAB-88123'])
    expect(ids('all', ' P-20418 ')).toEqual(['LAB-88123', 'VIT-61207'])
    expect(ids('all', 'evans')).toHaveLength(4)
  })

  it('joins what is shown and what is sought', () => {
    expect(ids('second', 'clark')).toEqual(['AE-00914', 'AE-00907'])
  })

  it('keeps the order that was read', () => {
    expect(ids('overdue')).toEqual(['MED-30551', 'AE-00914'])
  })
})

describe('moving in the grid', () => {
  it('stops at both ends', () => {
    expect(rowAfter('ArrowUp', 0, 14)).toBe(0)
    expect(rowAfter('ArrowDown', 13, 14)).toBe(13)
  })

  it('goes by one, by a page, and to the ends', () => {
    expect(rowAfter('ArrowDown', 2, 14)).toBe(3)
    expect(rowAfter('PageDown', 2, 14)).toBe(10)
    expect(rowAfter('Home', 9, 14)).toBe(0)
    expect(rowAfter('End', 9, 14)).toBe(13)
  })

  it('leaves every other key alone', () => {
    expect(rowAfter('Tab', 2, 14)).toBeNull()
  })
})
