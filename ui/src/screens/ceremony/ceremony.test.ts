import { describe, expect, it } from 'vitest'
import { calls, focus, open, said, settled } from '../../../tests/pages'

describe('a signature under way', () => {
  it('is the only task: navigation and account menu give way, the session is held', async () => {
    const page = await open('ceremony')

    expect(await page.locator('nav').count()).toBe(0)
    expect(await page.getByRole('button', { name: /^Account/ }).count()).toBe(0)
    expect(await page.locator('.who.held').innerText()).toContain('signed in since 08:02, unchanged')
  })

  it('puts focus on its heading, so that an Enter that came too late does nothing', async () => {
    const page = await open('sign')
    await page.getByRole('button', { name: /^Sign in again/ }).click()
    await page.getByRole('heading', { name: 'Sign in again in the separate window' }).waitFor()
    await settled(page)

    await page.keyboard.press('Enter')

    expect(await focus(page)).toBe('h1: Sign in again in the separate window')
    expect([await calls(page, 'cancelSigning'), await calls(page, 'bringForward')]).toEqual([[], []])
  })

  it('shows which steps are done, which is under way, and which are to come', async () => {
    const page = await open('ceremony')

    const states = await page.locator('.steps .state').allInnerTexts()

    expect(states).toEqual(['Done 14:32:08', 'Done 14:32:09', 'Done 14:32:10', 'Waiting for you', 'To come', 'To come', 'To come'])
    expect(await page.locator('[aria-current="step"]').innerText()).toContain('You sign in as A. Adams')
  })

  it('says each finished step', async () => {
    const page = await open('ceremony')

    await page.evaluate(() => window.host.advance(4))

    await expect.poll(() => said(page, 'polite')).toContain('Done: You sign in as A. Adams. Now: Same person as in your session.')
  })

  it('has a silent timer that is spoken at 2:00, 1:00 and 0:30', async () => {
    const page = await open('ceremony')
    const until = async (time: string): Promise<void> => {
      await page.evaluate((at) => (window.host.clock = () => new Date(`2026-11-24T${at}+01:00`)), time)
      await page.waitForTimeout(600)
    }

    expect(await page.getByRole('timer').innerText()).toBe('4:12')
    expect(await page.getByRole('timer').getAttribute('aria-live')).toBe('off')
    await until('14:35:08')
    await until('14:35:40')
    await until('14:36:08')
    await until('14:36:38')

    expect(await page.getByRole('timer').innerText()).toBe('0:30')
    const spoken = (await said(page, 'polite')).filter((text) => text.includes('left'))
    expect(spoken).toEqual(['2 minutes left to sign in.', '1 minute left to sign in.', '30 seconds left to sign in.'])
  })

  it('brings the window forward with F6 as long as somebody has to sign in there', async () => {
    const page = await open('ceremony')
    await page.keyboard.press('F6')
    expect(await calls(page, 'bringForward')).toHaveLength(1)

    await page.evaluate(() => window.host.advance(4))
    await page.getByRole('heading', { name: 'Your signature is being checked' }).waitFor()
    await page.keyboard.press('F6')

    expect(await calls(page, 'bringForward')).toHaveLength(1)
    expect(await page.getByRole('button', { name: 'Bring sign-in forward' }).count()).toBe(0)
  })

  it('moves focus to Cancel on Escape, and does nothing else', async () => {
    const page = await open('ceremony')

    await page.keyboard.press('Escape')

    expect(await focus(page)).toBe('button: Cancel signing')
    expect(await calls(page, 'cancelSigning')).toEqual([])
  })

  it('is cancelled without a question, since nothing is lost', async () => {
    const page = await open('ceremony')

    await page.getByRole('button', { name: 'Cancel signing' }).click()

    await page.getByRole('heading', { name: 'You cancelled' }).waitFor()
    expect(await said(page, 'polite')).toContain('You cancelled. Nothing was signed, your entry is kept.')
  })

  it('that is named by the shell in its state alone is asked for', async () => {
    const page = await open('worklist')

    await page.evaluate(async () => {
      await window.host.beginSigning({ id: 'AM-1207', etag: '', draft: { meaning: '', reason: '', note: '' }, shownText: '' })
    })

    await page.getByRole('heading', { name: 'Sign in again in the separate window' }).waitFor()
  })
})
