import { describe, expect, it } from 'vitest'
import { calls, focus, open, said, settled } from '../../../tests/pages'

describe('a signature that was not applied', () => {
  it('has one text for every refusal, and a reference', async () => {
    const page = await open('not-applied')

    expect(await page.locator('h1').innerText()).toBe('The signature was not applied.')
    expect(await page.locator('.say').innerText()).toBe('Your session and your entry are unchanged.\nReference 7F3K-2QX9')
  })

  it('says it at once, with focus on the heading', async () => {
    const page = await open('ceremony')

    await page.evaluate(() => window.host.end('not-applied'))
    await page.getByRole('heading', { name: 'The signature was not applied.' }).waitFor()
    await settled(page)

    expect(await focus(page)).toBe('h1: The signature was not applied.')
    expect(await said(page, 'assertive')).toEqual(['The signature was not applied. Your session and your entry are unchanged. Reference 7F3K-2QX9.'])
  })

  it('shows that nothing was lost', async () => {
    const page = await open('not-applied')

    expect(await page.locator('.facts').innerText()).toMatch(
      /A\. Adams, since 08:02[^]*AM-1207 to LAB-88123, patient P-20418, still waiting[^]*Addendum Signature, transcription error, note kept/,
    )
  })

  it('is tried again from the entry as it was, at the place that was read', async () => {
    const page = await open('review', { size: { width: 1180, height: 520 } })
    await page.locator('main').evaluate((main) => (main.scrollTop = 140))
    await page.getByRole('button', { name: 'Sign…' }).click()
    await page.getByLabel(/^Note/).fill('Read twice.')
    await expect.poll(() => page.locator('.intent').textContent()).toContain('Read twice.')
    await page.getByRole('button', { name: /^Sign in again/ }).click()
    await page.getByRole('timer').waitFor()
    await page.evaluate(() => window.host.end('not-applied'))

    await page.getByRole('button', { name: 'Try again' }).click()

    await page.getByRole('dialog', { name: 'Sign amendment AM-1207' }).waitFor()
    expect(await page.getByLabel(/^Note/).inputValue()).toBe('Read twice.')
    expect(await page.locator('main').evaluate((main) => main.scrollTop)).toBe(140)
    expect(await calls(page, 'dismissEnding')).toHaveLength(1)
  })

  it('leads to the worklist on Escape, with focus on the same row', async () => {
    const page = await open('not-applied')
    await page.evaluate(() => (window.app.worklist.selected = 'AM-1207'))

    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Worklist' }).waitFor()
    await settled(page)

    expect(await focus(page)).toContain('LAB-88123')
  })

  it('copies its reference and says so', async () => {
    const page = await open('not-applied')
    await page.context().grantPermissions(['clipboard-write', 'clipboard-read'])

    await page.getByRole('button', { name: 'Copy reference' }).click()

    await expect.poll(() => said(page, 'polite')).toEqual(['The reference was copied.'])
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('7F3K-2QX9')
  })
})

describe('every ending', () => {
  it.each([
    ['cancelled', 'You cancelled', 'Nothing was signed, your entry is kept.'],
    ['timed-out', 'Time ran out', 'Nothing was signed, your entry is kept.'],
    ['network', 'No connection, nothing was signed', 'The sign-in page could not be reached. Nothing was signed.'],
    ['local', 'Nothing was signed', 'The clock of this computer is 10 minutes off. Nothing was signed.'],
    ['unconfirmed', 'Sealed, not yet recorded', 'Your signature is sealed; whether it is recorded is being asked. Do not sign again.'],
    ['signing-locked', 'Signing is locked for this session', 'The signature was not applied 3 times. You stay signed in and can read everything. Your entry is kept.'],
  ])('says what it is: %s', async (scene, title, say) => {
    const page = await open(scene)

    expect(await page.locator('h1').innerText()).toBe(title)
    expect(await page.locator('.say').innerText()).toBe(say)
  })

  it('that was left does not come back over what the person does now', async () => {
    const page = await open('unconfirmed')
    await page.getByRole('button', { name: 'Back to the worklist' }).click()
    await page.getByRole('heading', { name: 'Worklist' }).waitFor()

    await page.evaluate(() => {
      window.host.view = null
      window.host.show({ amendment: 'AM-1207', record: '', patient: '', steps: [], endsAt: '', origin: '', ending: { kind: 'cancelled' } })
    })

    expect(await page.locator('h1').innerText()).toBe('Worklist')
  })

  it('that is not known yet is replaced by the answer as soon as there is one', async () => {
    const page = await open('unconfirmed')

    await page.evaluate(() => window.host.end('signed'))

    await page.getByRole('heading', { name: 'Signed and recorded' }).waitFor()
    expect(await focus(page)).toBe('h1: Signed and recorded')
  })
})

describe('when signing is locked', () => {
  it('says that security was told only once it was', async () => {
    const page = await open('signing-locked')
    expect(await page.locator('.marks').innerText()).toContain('The security team was told at 14:44:10 CET. Reference 7F3M-0CWE')

    await page.evaluate(() => window.host.end({ kind: 'signing_locked', detail: { reference: '7F3M-0CWE', attempts: 3, reportedAt: null } }))

    await expect.poll(() => page.locator('.marks').innerText()).toContain('The security team is being told. Reference 7F3M-0CWE')
  })

  it('the session stays and everything can be read', async () => {
    const page = await open('signing-locked')

    await page.getByRole('button', { name: 'Back to the worklist, read only' }).click()
    await page.getByRole('heading', { name: 'Worklist' }).waitFor()

    expect(await page.locator('.foot').innerText()).toContain('Signing locked')
    expect(await calls(page, 'signOut')).toEqual([])
  })
})
