import { expect, it } from 'vitest'
import { calls, focus, open, picture, said, settled } from '../../../tests/pages'

it('opens from the navigation, with its heading in focus and nothing chosen', async () => {
  const page = await open('worklist')

  await page.getByRole('link', { name: 'Verify a file' }).click()

  await expect.poll(() => focus(page)).toBe('h1: Verify a file')
  expect(await page.getByRole('link', { name: 'Verify a file' }).getAttribute('aria-current')).toBe('page')
  expect(await page.getByRole('link', { name: 'Worklist' }).getAttribute('aria-current')).toBeNull()
  expect(await page.locator('.checks').count()).toBe(0)
})

it('checks the chosen file and says the verdict', async () => {
  const page = await open('verify')

  await page.keyboard.press('o')

  await page.getByText('LAB-88123-v4.evidence.json').waitFor()
  expect(await said(page, 'polite')).toEqual(['Valid. All 14 steps passed.'])
  expect(await page.locator('.checks tr').count()).toBe(14)
  const manifest = await page.getByRole('region', { name: 'Electronically signed' }).innerText()
  for (const part of ['A. Adams', '24 November 2026, 14:33:41 CET (UTC+01:00)', 'Addendum Signature', '004128']) expect(manifest).toContain(part)
})

it('shows what an invalid file says as a claim, and which step failed', async () => {
  const page = await open('verify-invalid')

  const claims = page.getByRole('region', { name: 'What the file claims, not proven' })

  expect(await claims.innerText()).toContain('claimed name')
  expect(await claims.innerText()).not.toContain('004128')
  expect(await page.locator('.checks tr.fail').innerText()).toContain('signature_invalid')
  expect(await page.locator('.checks tr').filter({ hasText: 'not run', visible: true }).count()).toBe(9)
  await expect.poll(() => said(page, 'assertive')).toEqual(['Not valid. Step 5 of 14 failed: id_token.'])
})

it('says nothing of a signature where there is none', async () => {
  const page = await open('verify-unreadable')

  expect(await page.locator('.manifest').count()).toBe(0)
  expect(await page.locator('.banner.stop').innerText()).toContain('it is no evidence')
})

it('takes a dropped file here, and nowhere else', async () => {
  const page = await open('worklist')
  const drop = (): Promise<void> => page.evaluate(() => window.host.drop({ checked: window.host.chosen, fault: null }))

  await drop()
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Worklist')
  await page.getByRole('link', { name: 'Verify a file' }).click()
  expect(await page.locator('.checks').count()).toBe(0)
  await drop()

  await page.getByText('LAB-88123-v4.evidence.json').waitFor()
})

it('names what could not be read and keeps the last outcome', async () => {
  const page = await open('verify-valid')

  await page.evaluate(() => window.host.drop({ checked: null, fault: { code: 'cannot_read', text: 'The file could not be read.', remedy: 'Choose another one.', reference: null } }))

  await page.getByText('The file could not be read.').first().waitFor()
  expect(await page.getByText('LAB-88123-v4.evidence.json').count()).toBe(1)
})

it('saves the report and prints the page', async () => {
  const page = await open('verify-valid')

  await page.getByRole('button', { name: 'Save report…' }).click()
  await expect.poll(() => calls(page, 'saveReport')).toHaveLength(1)
  await page.keyboard.press('Control+p')
  await expect.poll(() => calls(page, 'printPage')).toHaveLength(1)

  await page.emulateMedia({ media: 'print' })
  await settled(page)
  await picture(page, 'verify-valid.print')
  expect(await page.locator('.checks').isVisible()).toBe(true)
})

it('forgets the file with the session', async () => {
  const page = await open('verify-valid')

  await page.evaluate(() => window.host.signOut())
  await page.evaluate(() => window.host.set({ phase: 'signed_in' }))
  await page.getByRole('link', { name: 'Verify a file' }).click()

  expect(await page.locator('.checks').count()).toBe(0)
})
