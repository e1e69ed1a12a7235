import { describe, expect, it } from 'vitest'
import { calls, focus, open } from '../../tests/pages'
import { idleSaid } from './sayings'

describe('the countdown to the lock', () => {
  it('is said at 60, 30 and 10 seconds and at no other time', () => {
    const said: string[] = []
    for (let left = 90; left > 0; left--) said.push(idleSaid('en', 'lock', left + 1, left))

    expect(said.filter((text) => text !== '')).toEqual(['60 seconds until the screen locks.', '30 seconds until the screen locks.', '10 seconds until the screen locks.'])
  })

  it('is said once when it begins below a mark, and never when it is over', () => {
    expect(idleSaid('de', 'sign_out', null, 45)).toBe('Noch 45 Sekunden bis zur Abmeldung.')
    expect(idleSaid('en', 'lock', 45, 44)).toBe('')
    expect(idleSaid('en', 'lock', 5, null)).toBe('')
    expect(idleSaid('en', 'lock', 11, 0)).toBe('')
  })

  it('stands in the status bar of a workstation and goes when it is extended', async () => {
    const page = await open('worklist-locks-soon')
    expect(await page.locator('.foot').innerText()).toContain('Locks in 0:45')
    expect(await page.locator('[data-said="idle"]').textContent()).toBe('45 seconds until the screen locks.')

    await page.mouse.click(590, 420)

    await expect.poll(() => page.locator('.foot').innerText()).not.toContain('Locks in')
    expect(await page.locator('[data-said="idle"]').textContent()).toBe('')
  })

  it('is heard within a dialog, which keeps everything else silent', async () => {
    const page = await open('sign')

    await page.evaluate(() => window.host.idle(30))

    await expect.poll(() => page.locator('dialog [aria-live]').textContent()).toBe('30 seconds until the screen locks.')
  })
})

describe('input in the window', () => {
  it('is passed on at most once a second, however much there is', async () => {
    const page = await open('worklist')
    await page.evaluate(() => (window.host.calls.length = 0))

    for (let press = 0; press < 20; press++) await page.keyboard.press('ArrowDown', { delay: 0 })
    const told = (await calls(page, 'touched')).length
    expect(told).toBeGreaterThanOrEqual(1)
    expect(told).toBeLessThanOrEqual(10)
    const elapsed = await page.evaluate(() => {
      const before = window.host.calls.length
      for (let press = 0; press < 1000; press++) window.dispatchEvent(new PointerEvent('pointermove'))
      return window.host.calls.length - before
    })

    expect(elapsed).toBeLessThanOrEqual(1)
  })

  it('is not passed on where nobody asks for it: before a session, while locked, without a rule', async () => {
    for (const scene of ['sign-in', 'locked']) {
      const page = await open(scene)
      await page.keyboard.press('ArrowDown')
      expect(await calls(page, 'touched')).toEqual([])
    }
    const page = await open('worklist')
    await page.evaluate(() => {
      window.host.set({ idle: null })
      window.host.calls.length = 0
    })
    await page.keyboard.press('ArrowDown')
    expect(await calls(page, 'touched')).toEqual([])
  })
})

describe('on a kiosk', () => {
  it('the countdown is always there, in figures and as a bar, and Sign out is on every screen of a session', async () => {
    for (const scene of ['kiosk-worklist', 'kiosk-review', 'kiosk-ceremony']) {
      const page = await open(scene)
      expect(await page.locator('.bar .idle').innerText()).toMatch(/^Signs you out in \d:\d\d/)
      const box = await page.getByRole('button', { name: 'Sign out' }).boundingBox()
      expect(box?.height).toBeGreaterThanOrEqual(64)
    }
  })

  it('Sign out needs no more than one press', async () => {
    const page = await open('kiosk-review')

    await page.getByRole('button', { name: 'Sign out' }).click()

    await page.getByRole('heading', { name: 'Nobody is signed in' }).waitFor()
    expect(await page.locator('body').innerText()).not.toMatch(/Adams|LAB-/)
  })

  it('Sign out is also on a dialog, which covers everything else, once', async () => {
    const page = await open('kiosk-sign')
    const wayOut = page.getByRole('dialog').getByRole('button', { name: 'Sign out' })
    expect(await wayOut.count()).toBe(1)

    await wayOut.click()

    await page.getByRole('heading', { name: 'Nobody is signed in' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  it('a finger on Sign out under the question signs out, though touching it answers the question', async () => {
    const page = await open('kiosk-still-there')
    const wayOut = page.getByRole('dialog').getByRole('button', { name: 'Sign out' })
    expect(await wayOut.count()).toBe(1)

    await wayOut.dispatchEvent('pointerdown')
    await expect.poll(() => calls(page, 'touched')).toHaveLength(1)
    await wayOut.evaluate((button: HTMLElement) => {
      button.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }))
      button.click()
    })

    await page.getByRole('heading', { name: 'Nobody is signed in' }).waitFor()
  })

  it('Sign out stays while somebody authenticates at the lock', async () => {
    const page = await open('kiosk-locked')
    await page.getByRole('button', { name: 'Unlock as A. Adams' }).click()

    await page.getByRole('button', { name: 'Sign out A. Adams' }).click()

    await page.getByRole('heading', { name: 'Nobody is signed in' }).waitFor()
  })

  it('asks at half a minute, with focus on the question, and any key goes on', async () => {
    const page = await open('kiosk-still-there')
    expect(await focus(page)).toBe('h2: Still there?')

    await page.keyboard.press('ArrowDown')

    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await calls(page, 'touched')).toHaveLength(1)
    expect(await page.locator('.bar .idle').innerText()).toContain('2:00')
  })

  it('a touch anywhere goes on too', async () => {
    const page = await open('kiosk-still-there')

    await page.mouse.click(5, 400)

    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('offers no way to files, to print, to other places or to a keyboard that is not there', async () => {
    const page = await open('kiosk-worklist')
    expect(await page.locator('nav, .keys').count()).toBe(0)
    expect(await page.locator('.foot a').count()).toBe(0)

    await page.evaluate(() => {
      window.host.view = { amendment: 'AM-1207', record: 'LAB-88123', patient: 'P-20418', steps: [], endsAt: '2026-11-24T14:37:08+01:00', origin: '', ending: null }
      window.host.set({ phase: 'ceremony' })
      window.host.end('signed')
    })
    await page.getByRole('heading', { name: 'Signed and recorded' }).waitFor()
    await page.keyboard.press('Control+p')
    await page.keyboard.press('?')

    expect(await page.getByRole('button', { name: /Save|Print/ }).count()).toBe(0)
    expect(await calls(page, 'printPage')).toEqual([])
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  it('the sign-in says what happens without a touch, as policy has it', async () => {
    const page = await open('kiosk-sign-in')
    expect(await page.locator('.marks').innerText()).toContain('It signs you out after 2 minutes without a touch.')

    await page.evaluate(() => window.host.set({ idle: { afterS: 90, then: 'lock' } }))

    await expect.poll(() => page.locator('.marks').innerText()).toContain('It locks after 90 seconds without a touch.')
  })

  it('the one button starts with the most urgent amendment, and every row opens', async () => {
    const page = await open('kiosk-worklist')
    expect(await page.locator('h1').innerText()).toBe('14 amendments wait for you')
    expect(await page.locator('main').innerText()).toContain('2 are overdue, 3 more due today')

    await page.getByRole('button', { name: 'Start with the most urgent' }).click()
    await page.getByRole('heading', { name: /^Medication given/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: /VIT-61207/ }).click()

    await page.getByRole('heading', { name: /^Vital signs/ }).waitFor()
  })

  it('no control is smaller than 48 px', async () => {
    for (const scene of ['kiosk-sign-in', 'kiosk-worklist', 'kiosk-review', 'kiosk-sign', 'kiosk-still-there']) {
      const page = await open(scene)
      const small = await page.locator('button:visible, a:visible:not(.skip), input:visible').evaluateAll((controls) =>
        controls.filter((control) => (control.closest('label') ?? control).getBoundingClientRect().height < 48).map((control) => control.outerHTML),
      )
      expect(small).toEqual([])
    }
  })
})
