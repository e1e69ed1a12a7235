import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { calls, focus, open, said } from '../../../tests/pages'

const rows = (page: Page): Promise<string[]> => page.locator('.sealed tbody tr').allInnerTexts()

describe('the outbox', () => {
  it('is reached from the status bar', async () => {
    const page = await open('worklist')

    await page.getByRole('link', { name: 'Outbox empty' }).click()

    await page.getByRole('heading', { name: 'The outbox is empty' }).waitFor()
    expect(await focus(page)).toBe('h1: Outbox')
  })

  it('says of each signature how it stands, when it is tried again and why it waits', async () => {
    const page = await open('outbox')

    const [first, , refused] = await rows(page)

    expect(await page.locator('h1').innerText()).toBe('Outbox: 2 signatures wait')
    for (const part of ['Vital signs', 'VIT-61207', 'P-20418', '14:36:20 CET', 'Sealed, not yet recorded', 'next try in 0:48', 'could not be reached', 'Do not sign again', '7F3K-6WN1']) expect(first).toContain(part)
    for (const part of ['Refused, kept for the record', 'changed by somebody else', 'Read the record again', '23 Nov 2026']) expect(refused).toContain(part)
    expect(refused).not.toContain('next try')
  })

  it('counts down without saying it', async () => {
    const page = await open('outbox')

    await page.evaluate(() => (window.host.clock = () => new Date('2026-11-24T14:39:40+01:00')))

    await expect.poll(async () => (await rows(page))[0]).toContain('next try in 0:10')
    expect(await said(page, 'polite')).toEqual([])
  })

  it('says how many wait for others, and nothing else of them', async () => {
    const page = await open('outbox')

    expect(await page.locator('.banner').allInnerTexts()).toContain('1 signature of somebody else waits here too. It is sent when that person is signed in here.')
  })

  it('is sent at once on demand, and what still waits is said', async () => {
    const page = await open('outbox')

    await page.getByRole('button', { name: 'Try to send now' }).click()
    await expect.poll(() => said(page, 'polite')).toContain('2 signatures still wait in the outbox.')
    expect((await rows(page))[0]).toMatch(/\b4\b/)

    await page.evaluate(() => window.host.set({ status: { ...window.host.state.status, recordsConnected: true } }))
    await page.getByRole('button', { name: 'Try to send now' }).click()
    await expect.poll(() => said(page, 'polite')).toContain('Nothing waits in the outbox any more.')
    await expect.poll(async () => (await rows(page)).length).toBe(1)
    expect(await page.getByRole('button', { name: 'Try to send now' }).count()).toBe(0)
  })

  it('is read again when the shell tells of an attempt', async () => {
    const page = await open('outbox')

    await page.evaluate(() => {
      window.host.sealed = window.host.sealed.slice(1)
      window.host.set({ status: { ...window.host.state.status, outbox: 2 } })
    })

    await expect.poll(() => page.locator('h1').innerText()).toBe('Outbox: 1 signature waits')
  })

  it('gives the evidence of each signature', async () => {
    const page = await open('outbox')

    await page.getByRole('button', { name: 'Save evidence… MED-30551' }).click()

    await expect.poll(() => calls(page, 'saveEvidence')).toEqual([['01935f3e-7c1a-7000-8000-0242ac120004']])
  })

  it('warns where it does not outlive the program', async () => {
    const page = await open('outbox')

    await page.evaluate(() => window.host.set({ status: { ...window.host.state.status, outboxDurable: false } }))

    await page.getByText('This computer cannot keep the outbox over a restart').waitFor()
  })

  it('holds files that do not open, which a banner says on the worklist and once on its own screen', async () => {
    const page = await open('worklist')
    expect(await page.locator('.banner.stop').count()).toBe(0)

    await page.evaluate(() => window.host.set({ status: { ...window.host.state.status, outboxUnreadable: 2 } }))

    await expect.poll(() => page.locator('.banner.stop').allInnerTexts()).toEqual(['2 files in the outbox cannot be read. They are kept: call IT.'])
    await page.locator('a[href="#outbox"]').click()
    await page.getByRole('heading', { name: 'The outbox is empty' }).waitFor()
    await expect.poll(() => page.locator('.banner.stop').allInnerTexts()).toEqual(['2 files in the outbox cannot be read. They are kept: call IT.'])
  })

  it('that cannot be read says so and can be tried again', async () => {
    const page = await open('outbox-empty')
    await page.evaluate(() => {
      window.host.outboxFault = { code: 'outbox-unreadable', text: 'The outbox holds something that cannot be read.', remedy: 'Call IT.', reference: null }
      window.host.set({})
    })
    await page.getByRole('heading', { name: 'The outbox holds something that cannot be read.' }).waitFor()

    await page.evaluate(() => (window.host.outboxFault = null))
    await page.getByRole('button', { name: 'Try again' }).click()

    await page.getByRole('heading', { name: 'The outbox is empty' }).waitFor()
  })
})
