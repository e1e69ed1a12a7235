import { expect, it } from 'vitest'
import { calls, focus, open, said, settled } from '../../../tests/pages'

it('wants a reason, says so, and puts focus into it', async () => {
  const page = await open('decline')
  expect(await focus(page)).toContain('textarea')

  await page.getByRole('button', { name: 'Decline', exact: true }).click()

  expect(await page.locator('#decline-wrong').innerText()).toBe('Write why you decline.')
  expect(await focus(page)).toContain('textarea')
  expect(await page.locator('#decline-reason').getAttribute('aria-invalid')).toBe('true')
  expect(await calls(page, 'decline')).toEqual([])
})

it('sends what was read and why, says it, and goes to the next row', async () => {
  const page = await open('decline')

  await page.getByLabel('Reason for declining').fill('  The printout reads 21.7 as well. ')
  await page.getByRole('button', { name: 'Decline', exact: true }).click()
  await page.getByRole('heading', { name: 'Worklist' }).waitFor()
  await settled(page)

  expect(await calls(page, 'decline')).toEqual([['AM-1207', '"AM-1207-3"', 'The printout reads 21.7 as well.']])
  expect(await said(page, 'polite')).toEqual(['Amendment AM-1207 was declined.'])
  expect(await focus(page)).toContain('VIT-61207')
})

it('that is not accepted keeps the reason and says what happened', async () => {
  const page = await open('decline')
  await page.evaluate(() => {
    window.host.declineFault = { code: 'records-unreachable', text: 'The records service could not be reached.', remedy: 'Try again.', reference: null }
  })

  await page.getByLabel('Reason for declining').fill('Wrong patient.')
  await page.getByRole('button', { name: 'Decline', exact: true }).click()

  await page.getByText('The records service could not be reached. Try again.').waitFor()
  expect(await page.getByLabel('Reason for declining').inputValue()).toBe('Wrong patient.')
})

it('closes with the safe answer and with Escape, and declines nothing', async () => {
  const page = await open('decline')

  await page.getByRole('button', { name: 'Keep it open' }).click()
  expect(await page.getByRole('dialog').count()).toBe(0)
  await page.getByRole('button', { name: 'Decline…' }).click()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)

  expect(await focus(page)).toBe('button: Decline…')
  expect(await calls(page, 'decline')).toEqual([])
})
