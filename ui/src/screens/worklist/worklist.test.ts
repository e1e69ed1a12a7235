import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { calls, focus, open, said, settled } from '../../../tests/pages'

const current = (page: Page): Promise<string | null> => page.locator('tr[aria-selected="true"] .sub').first().textContent()

describe('the rows', () => {
  it('are one Tab stop, moved by the arrow keys, Home and End', async () => {
    const page = await open('worklist')
    await page.locator('tr[tabindex="0"]').focus()

    await page.keyboard.press('ArrowDown')
    expect(await current(page)).toBe('VIT-61207')
    await page.keyboard.press('End')
    expect(await current(page)).toBe('VIT-61099')
    await page.keyboard.press('Home')
    expect(await current(page)).toBe('MED-30551')

    expect(await page.locator('tbody [tabindex="0"]').count()).toBe(1)
    expect(await focus(page)).toContain('tr: Medication given')
  })

  it('are reached and left by Tab in reading order', async () => {
    const page = await open('worklist')
    const stops: string[] = []
    for (let press = 0; press < 4; press++) {
      await page.keyboard.press('Tab')
      stops.push((await focus(page)).slice(0, 24))
    }

    expect(stops).toEqual(['input: ', 'input: ', 'tr: Laboratory resultLAB', 'button: Review amendment'])
  })

  it('open with Enter and with a click anywhere', async () => {
    const page = await open('worklist')
    await page.locator('tr[tabindex="0"]').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /haemoglobin/ }).waitFor()
    expect(await focus(page)).toContain('h1: Laboratory result')

    await page.keyboard.press('Escape')
    await page.getByText('F. Foster').first().click({ force: true })
    await page.getByRole('heading', { name: /Systolic pressure/ }).waitFor()
  })

  it('take focus back where it was after a review', async () => {
    const page = await open('worklist')
    await page.locator('tr[tabindex="0"]').focus()
    await page.keyboard.press('End')
    const before = await page.locator('.scroll').evaluate((element) => element.scrollTop)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /Heart rate/ }).waitFor()

    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Worklist' }).waitFor()
    await settled(page)

    expect(await focus(page)).toContain('VIT-61099')
    expect(before).toBeGreaterThan(0)
    expect(await page.locator('.scroll').evaluate((element) => element.scrollTop)).toBe(before)
  })

  it('hand focus to the next one when the current one is gone', async () => {
    const page = await open('worklist')
    await page.locator('tr[tabindex="0"]').focus()

    await page.evaluate(() => window.host.changeWorklist(window.host.items.filter((item) => item.record !== 'LAB-88123')))
    await page.getByText('13 amendments').waitFor()
    await settled(page)

    expect(await focus(page)).toContain('VIT-61207')
  })

  it('say state in words beside the icon', async () => {
    const page = await open('worklist')

    const states = await page.locator('tbody td:last-child').allInnerTexts()

    expect(states.slice(0, 5)).toEqual(['Ready to sign', 'Second signature\n1 of 2 given', 'Ready to sign', 'Ready to sign', 'Changed\nread it again'])
  })
})

describe('the filter', () => {
  it('is reached by /, says the count, and is cleared by Escape', async () => {
    const page = await open('worklist')

    await page.keyboard.press('/')
    await page.keyboard.type('p-20418')
    await expect.poll(() => said(page, 'polite')).toEqual(['2 of 14 match the filter.'])
    expect(await page.locator('tbody tr').count()).toBe(2)

    await page.keyboard.press('Escape')
    expect(await page.locator('#worklist-query').inputValue()).toBe('')
    expect((await said(page, 'polite')).at(-1)).toBe('14 amendments wait for your signature. 2 are overdue.')
  })

  it('takes letters as text, not as shortcuts', async () => {
    const page = await open('worklist')
    await page.keyboard.press('/')
    const reads = (await calls(page, 'worklist')).length

    await page.keyboard.type('r?')

    expect(await page.locator('#worklist-query').inputValue()).toBe('r?')
    expect(await page.locator('dialog').count()).toBe(0)
    expect((await calls(page, 'worklist')).length).toBe(reads)
  })

  it('has one choice for each of all, overdue, today and second signature, by arrow keys', async () => {
    const page = await open('worklist')
    await page.getByRole('radio', { name: /^All/ }).focus()

    await page.keyboard.press('ArrowRight')
    expect(await page.locator('tbody tr').count()).toBe(2)
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('tbody tr').count()).toBe(5)
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('tbody tr').count()).toBe(3)
  })

  it('that matches nothing says so, and how to clear it', async () => {
    const page = await open('worklist-nomatch')

    expect(await page.locator('.empty').innerText()).toContain('No amendment matches “P-20999”')
    await page.getByRole('button', { name: 'Clear the filter' }).click()

    expect(await page.locator('tbody tr').count()).toBe(14)
  })
})

describe('reading the list', () => {
  it('again is asked for with R', async () => {
    const page = await open('worklist')
    const before = (await calls(page, 'worklist')).length

    await page.keyboard.press('r')

    await expect.poll(async () => (await calls(page, 'worklist')).length).toBe(before + 1)
  })

  it('says that it is under way', async () => {
    const page = await open('worklist-loading')

    expect(await page.locator('.empty').innerText()).toBe('Reading the worklist …')
  })

  it('that fails says what to do and can be tried again', async () => {
    const page = await open('worklist-unreachable')
    expect(await page.locator('.empty').innerText()).toContain('The records service could not be reached.')

    await page.evaluate(() => {
      window.host.worklistFault = null
      window.host.set({ status: { ...window.host.state.status, recordsConnected: true } })
    })
    await page.getByRole('button', { name: 'Check now' }).click()

    await page.getByText('Laboratory result').first().waitFor()
    expect(await said(page, 'polite')).toContain('14 amendments wait for your signature. 2 are overdue.')
  })

  it('that fails later leaves the list as it was read', async () => {
    const page = await open('worklist')
    await page.evaluate(() => {
      window.host.worklistFault = { code: 'records-unreachable', text: 'x', remedy: '', reference: null }
      window.host.set({ status: { ...window.host.state.status, recordsConnected: false } })
    })

    await page.keyboard.press('r')

    expect(await page.locator('tbody tr').count()).toBe(14)
    expect(await said(page, 'assertive')).toEqual(['The records service cannot be reached.'])
    expect(await page.locator('tbody tr').first().innerText()).toContain('Needs a connection')
  })

  it('that finds nothing says that all is signed', async () => {
    const page = await open('worklist-empty')

    expect(await page.locator('.empty').innerText()).toContain('All signed')
    expect(await page.locator('.empty').innerText()).toContain('Last checked at 14:31.')
  })
})

describe('the keys', () => {
  it('are all listed by ?, and focus goes back when the list closes', async () => {
    const page = await open('worklist')
    await page.locator('tr[tabindex="0"]').focus()

    await page.keyboard.press('?')
    expect(await focus(page)).toBe('h2: All keys')
    await page.keyboard.press('Escape')

    await expect.poll(() => focus(page)).toContain('tr: Laboratory result')
  })

  it('of one character can be switched off for good, from a place that needs no such key', async () => {
    const page = await open('worklist')
    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('button', { name: 'Keyboard…' }).click()
    await page.getByRole('checkbox', { name: 'Single characters act as shortcuts' }).click()
    await page.getByRole('button', { name: 'Close' }).click()

    await page.keyboard.press('?')
    expect(await page.locator('dialog').count()).toBe(0)

    await page.reload()
    await page.getByText('Laboratory result').first().waitFor()
    await page.keyboard.press('/')
    expect(await focus(page)).not.toContain('input')
  })

  it('lead past the bars to the content by a skip link that comes first', async () => {
    const page = await open('worklist')
    await page.locator('nav a').first().focus()

    await page.keyboard.press('Shift+Tab')
    expect(await focus(page)).toBe('a: Skip to content')
    await page.keyboard.press('Enter')

    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
  })
})

describe('a session that does not outlive the program', () => {
  it.each([
    ['no_keyring', 'There is no keyring on this computer'],
    ['disk', 'The disk of this computer does not take your session'],
  ] as const)('says so, and why: %s', async (memoryOnly, why) => {
    const page = await open('worklist')
    expect(await page.locator('.banner').count()).toBe(0)

    await page.evaluate((memoryOnly) => window.host.set({ memoryOnly }), memoryOnly)

    await page.locator('.banner', { hasText: `${why}: you have to sign in again after closing Countersign.` }).waitFor()
  })
})
