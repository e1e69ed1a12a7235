import { describe, expect, it } from 'vitest'
import { calls, focus, open, said } from '../../../tests/pages'

const ELSEWHERE = {
  phase: 'signed_out' as const,
  ended: 'elsewhere' as const,
  session: null,
  endedDetail: { name: 'A. Adams', since: '2026-11-24T08:02:00+01:00', at: '2026-11-24T14:41:00+01:00', device: 'Ward 3, kiosk 1', signatureCancelled: false, reference: '7F3L-8TBN' },
}

describe('a session that was replaced by one on another device', () => {
  it('says at once where, and what was closed here', async () => {
    const page = await open('review')

    await page.evaluate((change) => window.host.set(change), ELSEWHERE)
    await page.getByRole('heading', { name: 'You signed in on another device' }).waitFor()

    expect(await focus(page)).toBe('h1: You signed in on another device')
    expect(await said(page, 'assertive')).toEqual(['You signed in on another device. Signing in there closed the session here.'])
    expect(await page.locator('.facts').innerText()).toMatch(/A\. Adams[^]*Ward 3, kiosk 1[^]*Ward 3, workstation 2, open since 08:02/)
    expect(await page.locator('.card').innerText()).toContain('Then call IT with reference 7F3L-8TBN.')
  })

  it('leaves nothing of it on the pages', async () => {
    const page = await open('sign')

    await page.evaluate((change) => window.host.set(change), ELSEWHERE)
    await page.getByRole('heading', { name: 'You signed in on another device' }).waitFor()

    expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toMatch(/LAB-|P-20|AM-1/)
    expect(await page.evaluate(() => [window.app.drafts.size, window.app.worklist.items.length])).toEqual([0, 0])
  })

  it('is taken back by one button, which says so', async () => {
    const page = await open('elsewhere')

    await page.getByRole('button', { name: 'Sign in here and close the other session' }).click()

    await page.getByRole('heading', { name: 'Waiting for you to sign in' }).waitFor()
    expect(await calls(page, 'signIn')).toHaveLength(1)
  })

  it('says when a signature was under way, and does not claim that the person did what IT did', async () => {
    const page = await open('elsewhere-by-it')

    const card = await page.locator('.card').innerText()

    expect(card).toContain('Your session was closed')
    expect(card).toContain('nothing was signed')
    expect(card).not.toContain('Was this not you?')
    expect(await page.getByRole('button', { name: 'Sign in in the browser' }).count()).toBe(1)
  })

  it('claims nothing of a signature whose end is not known', async () => {
    const page = await open('elsewhere')
    const card = page.locator('.card')
    expect(await card.innerText()).toMatch(/signature/i)

    await page.evaluate(() => window.host.set({ endedDetail: { ...window.host.state.endedDetail!, signatureCancelled: null } }))

    await expect.poll(() => card.innerText()).not.toMatch(/signature/i)
  })

  it('names nobody where the shell names nobody', async () => {
    const page = await open('elsewhere')

    await page.evaluate(() => window.host.set({ endedDetail: { ...window.host.state.endedDetail!, name: null } }))

    await expect.poll(() => page.locator('.facts').innerText()).not.toContain('A. Adams')
  })
})

describe('a session at its longest time', () => {
  it('says so five minutes ahead, once, and in the status bar', async () => {
    const page = await open('worklist')
    await page.evaluate(() => {
      const { session } = window.host.state
      window.host.set({ session: { ...session!, until: '2026-11-24T14:36:30+01:00' } })
    })

    await page.evaluate(() => (window.host.clock = () => new Date('2026-11-24T14:32:00+01:00')))

    await expect.poll(() => said(page, 'polite')).toEqual(['Your session ends at 14:36. Finish what is open; after that, sign in again.'])
    expect(await page.locator('.foot').innerText()).toContain('Session ends at 14:36')
  })

  it('says afterwards that it ended, and how to go on', async () => {
    const page = await open('absolute')

    expect(await page.locator('h1').innerText()).toBe('Your session has ended')
    expect(await page.locator('.card').innerText()).toContain('It lasted as long as is allowed here.')
    expect(await page.getByRole('button', { name: 'Sign in in the browser' }).count()).toBe(1)
  })
})
