import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { calls, focus, open, said } from '../../../tests/pages'
import { has } from '../../texts/catalogue'
import { lookOf } from './looks'

const rows = (page: Page): Promise<string[]> => page.locator('.entries tbody tr').allInnerTexts()

describe('the activity log', () => {
  it('opens from the navigation with its state first and the newest entry on top', async () => {
    const page = await open('worklist')

    await page.getByRole('link', { name: 'Activity' }).click()
    await page.locator('.entries').waitFor()

    expect(await focus(page)).toBe('h1: Activity')
    expect(await page.locator('.chain').innerText()).toBe('Chain complete: entries 1 to 1284. Checked 14:51:03 CET. Anchored in receipt 004128. All sent to the records service.')
    expect((await rows(page))[0]).toMatch(/^1284\s+14:34:22\s+Signature not applied\s+7F3K-2QX9\s+A\. Adams\s+Your session and your entry are unchanged$/)
  })

  it('never says why a signature was not applied', async () => {
    const page = await open('activity')

    expect(await page.locator('main').innerText()).not.toMatch(/mismatch|ambient|stale|somebody else signed in/i)
  })

  it('says of other people only that there was somebody', async () => {
    const page = await open('activity')

    const others = (await rows(page)).filter((row) => row.includes('somebody else'))

    expect(others.length).toBeGreaterThan(0)
    expect(others[0]?.split(/\s*\t\s*/).filter((cell) => cell !== '')).toEqual(['1272', '07:58:02', 'Signed out', 'somebody else'])
  })

  it('dates what is not of today', async () => {
    const page = await open('activity')

    expect((await rows(page)).at(-1)).toMatch(/17:\d\d:\d\d\s+23 Nov 2026/)
  })

  it('goes on page by page to its first entry', async () => {
    const page = await open('activity')
    expect(await rows(page)).toHaveLength(20)

    await page.getByRole('button', { name: 'Show older entries' }).click()
    await expect.poll(async () => (await rows(page)).length).toBe(40)
    expect(await said(page, 'polite')).toEqual(['The newest 40 entries that match the filter are shown.'])
    await page.getByRole('button', { name: 'Show older entries' }).click()

    await expect.poll(async () => (await rows(page)).length).toBe(57)
    expect(await page.getByRole('button', { name: 'Show older entries' }).count()).toBe(0)
    const numbers = (await rows(page)).map((row) => Number(row.split(/\s/)[0]))
    expect(numbers).toEqual(Array.from({ length: 57 }, (_, at) => 1284 - at))
  })

  it('scrolls by the keyboard', async () => {
    const page = await open('activity')
    await page.getByRole('region', { name: 'Entries' }).focus()

    await page.keyboard.press('End')

    await expect.poll(() => page.getByRole('region', { name: 'Entries' }).evaluate((region) => region.scrollTop)).toBeGreaterThan(0)
  })
})

describe('the filter of the log', () => {
  it('is reached by /, finds by reference, says the count and is cleared by Escape', async () => {
    const page = await open('activity')

    await page.keyboard.press('/')
    await page.keyboard.type('7f3k-1rd4')
    await expect.poll(() => said(page, 'polite')).toEqual(['5 entries match the filter.'])
    expect(await rows(page)).toHaveLength(5)

    await page.keyboard.press('Escape')
    await expect.poll(async () => (await rows(page)).length).toBe(20)
  })

  it('chooses a kind of event', async () => {
    const page = await open('activity')

    await page.getByLabel('Show').selectOption('session')

    await expect.poll(async () => (await rows(page)).length).toBe(5)
    expect((await calls(page, 'activity')).at(-1)).toEqual([{ kind: 'session', text: '', before: null }])
  })

  it('that finds nothing says so', async () => {
    const page = await open('activity')

    await page.getByLabel('Filter by reference, person or detail').fill('ZZZZ')

    await page.getByRole('heading', { name: 'No entry matches the filter' }).waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await expect.poll(async () => (await rows(page)).length).toBe(20)
  })

  it('takes only the answer to the last question', async () => {
    const page = await open('activity')
    await page.evaluate(() => {
      const activity = window.host.activity.bind(window.host)
      window.host.activity = async (query) => {
        const page = await activity(query)
        if (query.kind === 'signing') await new Promise((late) => setTimeout(late, 300))
        return page
      }
    })

    await page.getByLabel('Show').selectOption('signing')
    await page.getByLabel('Show').selectOption('system')
    await page.waitForTimeout(600)

    expect(await rows(page)).toHaveLength(2)
  })
})

describe('the chain', () => {
  it('is checked again by C or the button, and the outcome is said', async () => {
    const page = await open('activity')

    await page.keyboard.press('c')
    await expect.poll(() => said(page, 'polite')).toEqual(['Chain complete: entries 1 to 1284.'])
    await page.getByRole('button', { name: 'Check the chain again' }).click()

    await expect.poll(() => calls(page, 'checkChain')).toHaveLength(2)
  })

  it('that is broken says where, and that nothing can be signed', async () => {
    const page = await open('activity-broken')

    const chain = await page.locator('.chain.stop').innerText()

      expect(chain).toContain('nothing can be signed')
    expect(chain).toContain('Chain broken at line 912: changed.')
    expect(await page.locator('.foot').innerText()).toContain('Audit chain broken')
  })

  it('is reached from the status bar', async () => {
    const page = await open('worklist')

    await page.getByRole('link', { name: 'Audit chain complete' }).click()

    await expect.poll(() => focus(page)).toBe('h1: Activity')
  })
})

it('what the filter leaves is exported, and where it went is said', async () => {
  const page = await open('activity')
  await page.getByLabel('Show').selectOption('security')
  await expect.poll(async () => (await rows(page)).length).toBe(1)

  await page.getByRole('button', { name: 'Export…' }).click()

  await page.getByText('The entries were saved: /home/adams/Documents/activity-2026-11-24.csv').first().waitFor()
  expect(await calls(page, 'saveActivity')).toEqual([[{ kind: 'security', text: '', before: null }]])
})

it('a log that cannot be read says what to do, and can be tried again', async () => {
  const page = await open('worklist')
  await page.evaluate(() => {
    window.host.activityFault = { code: 'audit-unusable', text: 'The activity log cannot be used.', remedy: 'Restart the application.', reference: null }
  })

  await page.getByRole('link', { name: 'Activity' }).click()
  await page.getByRole('heading', { name: 'The activity log cannot be used.' }).waitFor()
  await page.evaluate(() => (window.host.activityFault = null))
  await page.getByRole('button', { name: 'Try again' }).click()

  await page.locator('.entries').waitFor()
})

describe('every event of the log', () => {
  /** Shown as one, so that nobody reads a reason from it. */
  const NOT_APPLIED = ['ambient_sign_in', 'signer_mismatch', 'signature_refused']
  const names = [...(readFileSync('../crates/audit/src/event.rs', 'utf8').match(/impl Event \{[^]*?\n\}/)?.[0] ?? '').matchAll(/^\s+Self::\w+(?: \{ \.\. \})? => "([a-z_]+)",$/gm)].map((found) => found[1] ?? '')

  it('has its words in both languages', () => {
    expect(names.length).toBeGreaterThan(25)
    for (const locale of ['en', 'de'] as const) expect(names.filter((name) => !has(locale, `event-${name.replaceAll('_', '-')}`))).toEqual([])
  })

  it('has its icon', () => {
    const plain = names.filter((name) => !NOT_APPLIED.includes(name) && lookOf(name) === lookOf('no such event'))

    expect(plain).toEqual([])
  })
})
