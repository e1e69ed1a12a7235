import { describe, expect, it } from 'vitest'
import { calls, focus, open, said } from '../../../tests/pages'

describe('signing in', () => {
  it('starts with focus on the heading, so that a late Enter does nothing', async () => {
    const page = await open('sign-in')

    await page.keyboard.press('Enter')

    expect(await focus(page)).toBe('h1: Sign in to see what waits for your signature')
    expect(await calls(page, 'signIn')).toEqual([])
  })

  it('names the page that will open, and the device', async () => {
    const page = await open('sign-in')

    expect(await page.locator('main').innerText()).toContain('https://id.clinic.example')
    expect(await page.locator('main').innerText()).toContain('Ward 3, workstation 2')
  })

  it('says where it opens: browser or separate window, as policy decides', async () => {
    const browser = await open('sign-in')
    const window = await open('sign-in-window')

    expect(await browser.getByRole('button', { name: 'Sign in in the browser' }).count()).toBe(1)
    expect(await window.getByRole('button', { name: 'Sign in in a separate window' }).count()).toBe(1)
  })

  it('waits with a way out, and comes back from it', async () => {
    const page = await open('sign-in')

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Waiting for you to sign in' }).waitFor()
    expect(await focus(page)).toBe('h1: Waiting for you to sign in')

    await page.getByRole('button', { name: 'Cancel sign-in' }).click()
    await page.getByRole('heading', { name: 'Sign in to see' }).waitFor()
    expect([await calls(page, 'signIn'), await calls(page, 'cancelSignIn')]).toEqual([[[]], [[]]])
    expect(await page.locator('.banner').count()).toBe(0)
  })

  it('that succeeds leads to the worklist, with focus on its heading', async () => {
    const page = await open('sign-in')
    await page.getByRole('button', { name: 'Sign in in the browser' }).click()

    await page.evaluate(() => window.host.completeSignIn())

    await page.getByText('14 amendments').waitFor()
    expect(await focus(page)).toBe('h1: Worklist')
  })

  it('that fails says what happened and what to do, and can be tried again', async () => {
    const page = await open('sign-in')
    await page.evaluate(() => {
      window.host.signInFault = { code: 'identity-provider-unreachable', text: 'The sign-in page could not be reached.', remedy: 'Check the network.', reference: '7F3K-1B6Y' }
    })

    await page.getByRole('button', { name: 'Sign in in the browser' }).click()

    await page.getByText('Check the network.', { exact: true }).waitFor()
    expect(await said(page, 'assertive')).toEqual(['The sign-in page could not be reached. Check the network.'])
    expect(await page.getByRole('button', { name: 'Sign in in the browser' }).isEnabled()).toBe(true)
  })

  it('changes the language of the whole page', async () => {
    const page = await open('sign-in')

    await page.getByRole('button', { name: 'Deutsch' }).click()

    await page.getByRole('button', { name: 'Im Browser anmelden' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
  })
})

describe('a session that ended', () => {
  it('by itself is said at once and stands above the sign-in', async () => {
    const page = await open('worklist')

    await page.evaluate(() => window.host.set({ phase: 'signed_out', ended: 'expired', session: null }))

    await page.getByRole('heading', { name: 'Sign in to see' }).waitFor()
    expect(await page.locator('.banner').innerText()).toBe('Your session has ended. Sign in again to go on.')
    expect(await said(page, 'assertive')).toEqual(['Your session has ended. Sign in again to go on.'])
  })

  it('leaves nothing of the person on the pages for the next', async () => {
    const page = await open('sign')

    await page.evaluate(() => window.host.signOut())
    await page.getByRole('heading', { name: 'Sign in to see' }).waitFor()

    expect(await page.locator('body').innerText()).not.toMatch(/Adams|LAB-|P-20/)
    expect(await page.evaluate(() => [window.app.drafts.size, window.app.worklist.items.length, window.app.place.at])).toEqual([0, 0, 'worklist'])
  })

  it('is ended by the person from the account menu, which Escape closes first', async () => {
    const page = await open('review')
    await page.getByRole('button', { name: /^Account/ }).click()

    await page.keyboard.press('Escape')
    expect(await page.locator('#account').isVisible()).toBe(false)
    expect(await page.locator('h1').innerText()).toContain('haemoglobin')

    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out.').waitFor()
  })
})
