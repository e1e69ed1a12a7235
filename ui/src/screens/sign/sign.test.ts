import { describe, expect, it } from 'vitest'
import { calls, focus, open } from '../../../tests/pages'

const BUTTON = /^Sign in again and sign/

describe('the exact text', () => {
  it('is complete above the button, and what it holds is what is sent along', async () => {
    const page = await open('sign')
    const shown = await page.locator('.intent').textContent()

    await page.getByRole('button', { name: BUTTON }).click()

    const [[request]] = (await calls(page, 'beginSigning')) as [[Record<string, unknown>]]
    expect(request).toMatchObject({ id: 'AM-1207', etag: '"AM-1207-3"', draft: { reason: 'transcription-error', note: 'Checked against printout 8813.' } })
    expect(request['shownText']).toBe(shown)
    expect(shown).toMatch(/^I, A\. Adams, sign .* “Checked against printout 8813\.” My electronic signature binds me as my handwritten one does\.$/)
  })

  it('follows every change of meaning, reason and note', async () => {
    const page = await open('sign')

    await page.getByRole('radio', { name: /^Verification/ }).check()
    await page.getByLabel('Reason for change').selectOption('unit-error')
    await page.getByLabel(/^Note/).fill('Seen.')

    await expect.poll(() => page.locator('.intent').textContent()).toContain('Meaning: Verification Signature. Reason: wrong unit, “Seen.” My')
    expect(await page.locator('.intent b').allInnerTexts()).toEqual(['Verification Signature', 'wrong unit, “Seen.”'])
  })

  it('that is not the one of the entry any more cannot be signed', async () => {
    const page = await open('sign')
    await page.evaluate(() => (window.host.textToSign = () => new Promise(() => undefined)))

    await page.getByLabel(/^Note/).fill('Something else')
    await page.getByRole('button', { name: BUTTON }).click({ force: true })

    expect(await page.getByRole('button', { name: BUTTON }).getAttribute('aria-disabled')).toBe('true')
    expect(await calls(page, 'beginSigning')).toEqual([])
  })
})

describe('the choices', () => {
  it('start on the meaning that policy puts first, with focus there, and without a reason', async () => {
    const page = await open('sign-fresh')

    expect(await page.getByRole('radio', { name: /^Addendum/ }).isChecked()).toBe(true)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('meaning')
    expect(await page.getByLabel('Reason for change').inputValue()).toBe('')
  })

  it('want a reason, say so, and put focus there', async () => {
    const page = await open('sign-fresh')

    await page.getByRole('button', { name: BUTTON }).click()

    expect(await page.locator('#sign-reason-wrong').innerText()).toBe('Choose the reason for the change.')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('sign-reason')
    expect(await calls(page, 'beginSigning')).toEqual([])
  })

  it('are not signed by an Enter in any of them', async () => {
    const page = await open('sign')
    for (const field of ['input[name="meaning"]:checked', '#sign-reason']) {
      await page.locator(field).focus()
      await page.keyboard.press('Enter')
    }

    expect(await calls(page, 'beginSigning')).toEqual([])
  })

  it('are kept when the panel closes and opens again', async () => {
    const page = await open('sign')
    await page.getByLabel(/^Note/).fill('Half a sent')

    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    expect((await calls(page, 'saveDraft')).at(-1)).toMatchObject(['AM-1207', { note: 'Half a sent' }])

    await page.getByRole('button', { name: 'Sign…' }).click()
    expect(await page.getByLabel(/^Note/).inputValue()).toBe('Half a sent')
  })
})

describe('the panel', () => {
  it('gives focus back to what opened it', async () => {
    const page = await open('review')
    await page.getByRole('button', { name: 'Sign…' }).click()

    await page.getByRole('button', { name: 'Close, back to review' }).click()

    await expect.poll(() => focus(page)).toBe('button: Sign…')
  })

  it('says before the button is pressed where it leads and how long it takes', async () => {
    const page = await open('sign')

    expect(await page.getByRole('button', { name: BUTTON }).innerText()).toBe('Sign in again and sign\nOpens id.clinic.example in a separate window')
    expect(await page.locator('#sign-time').innerText()).toBe('You have 5 minutes. You stay signed in here, whatever happens there.')
  })

  it('stays open with the entry when the signing cannot begin', async () => {
    const page = await open('sign')
    await page.evaluate(() => {
      window.host.beginFault = { code: 'ports-taken', text: 'Another program uses its ports. Nothing was signed.', remedy: 'Close other programs.', reference: '7F3K-1B6Y' }
    })

    await page.getByRole('button', { name: BUTTON }).click()

    await page.getByText('Another program uses its ports. Nothing was signed. Close other programs.').waitFor()
    expect(await page.getByLabel(/^Note/).inputValue()).toBe('Checked against printout 8813.')
  })
})
