import { expect, it } from 'vitest'
import { calls, open, said } from '../../../tests/pages'

it('names what was read, what it is now and what was proposed', async () => {
  const page = await open('record-changed')

  expect(await page.locator('.say').innerText()).toBe('Nothing was signed. What you read was version 3, the record is now version 4. Read it again, then decide.')
  expect(await page.locator('tr.ch').innerText()).toMatch(/Specimen\s+Venous blood, EDTA\s+\+?\s*Capillary blood, EDTA\s+changed meanwhile\s+Venous blood, EDTA/)
})

it('is said at once', async () => {
  const page = await open('ceremony')

  await page.evaluate(() => window.host.end('record-changed'))

  await expect.poll(() => said(page, 'assertive')).toEqual(['The record changed while you were signing. Nothing was signed. Read it again, then decide.'])
})

it('leads to reading again, never straight to signing', async () => {
  const page = await open('record-changed')

  await page.getByRole('button', { name: 'Review version 4' }).click()

  await page.getByRole('heading', { name: /haemoglobin/ }).waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(await calls(page, 'review')).toContainEqual(['AM-1207'])
})
