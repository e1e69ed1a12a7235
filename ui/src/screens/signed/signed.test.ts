import { expect, it } from 'vitest'
import { calls, focus, open, picture, said, settled } from '../../../tests/pages'

it('shows printed name, date and time with zone, and meaning', async () => {
  const page = await open('signed')

  const manifest = await page.getByRole('region', { name: 'Electronically signed' }).innerText()

  for (const part of ['A. Adams', '24 November 2026, 14:33:41 CET (UTC+01:00)', 'Addendum Signature: I correct this record', '004128']) expect(manifest).toContain(part)
})

it('saves the evidence and says where', async () => {
  const page = await open('signed')

  await page.getByRole('button', { name: 'Save evidence…' }).click()

  await expect.poll(() => said(page, 'polite')).toEqual(['The evidence was saved: /home/adams/Documents/LAB-88123-004128.evidence.json'])
  expect(await calls(page, 'saveEvidence')).toEqual([['01935f3e-7c1a-7000-8000-0242ac120002']])
})

it('prints the manifestation alone', async () => {
  const page = await open('signed', { scheme: 'dark' })

  await page.emulateMedia({ media: 'print' })
  await settled(page)
  await picture(page, 'signed.print')

  expect(await page.getByRole('region', { name: 'Electronically signed' }).isVisible()).toBe(true)
  for (const gone of ['.top', '.bar', '.foot', '.no-print']) expect(await page.locator(gone).first().isVisible()).toBe(false)
})

it('leads to the next amendment, and the signed one is gone from the list', async () => {
  const page = await open('signed')
  expect(await page.locator('.lead').innerText()).toBe('Next: VIT-61207, vital signs, due today, 16:00')

  await page.getByRole('button', { name: 'Next amendment' }).click()

  await page.getByRole('heading', { name: /Systolic pressure/ }).waitFor()
  expect(await calls(page, 'dismissEnding')).toHaveLength(1)
})

it('leads back to the worklist with focus on the row that took its place', async () => {
  const page = await open('sign')
  await page.getByRole('button', { name: /^Sign in again/ }).click()
  await page.getByRole('timer').waitFor()
  await page.evaluate(() => window.host.end('signed'))
  await page.getByRole('heading', { name: 'Signed and recorded' }).waitFor()

  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Worklist' }).waitFor()
  await settled(page)

  expect(await focus(page)).toContain('VIT-61207')
  expect(await page.locator('tbody tr').count()).toBe(13)
})
