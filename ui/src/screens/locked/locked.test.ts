import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { calls, focus, open, reachable, said } from '../../../tests/pages'

/** People, patients, records, amendments, values and the note that stand on the screens of these tests. */
const SEEDED = /LAB-\d|AM-1\d{3}|P-20\d{3}|MED-3|VIT-6|12\.7|21\.7|haemoglobin|C\. Clark|printout/i

async function everywhere(page: Page): Promise<string> {
  const seen = await page.evaluate(() => [document.documentElement.outerHTML, document.title])
  return [...seen, await page.locator('body').ariaSnapshot(), ...(await reachable(page))].join('\n')
}

describe('a locked screen', () => {
  it('says since when, why, and who is signed in, with focus on the heading', async () => {
    const page = await open('locked')

    expect(await focus(page)).toBe('h1: A. Adams is signed in')
    expect(await page.locator('.card').innerText()).toMatch(/^Locked since 14:46, after 5 minutes without input/)
    expect(await page.locator('.card').innerText()).toContain('Your entry is kept. Nothing is shown while locked.')
    expect(await page.locator('.card').innerText()).toContain('https://id.clinic.example')
  })

  it.each(['worklist', 'review', 'sign', 'decline', 'ceremony', 'signed', 'record-changed', 'verify-valid', 'activity', 'outbox', 'kiosk-worklist'])(
    'holds nothing of what stood on %s: not in the document, its title, its accessibility tree, nor in what the pages keep',
    async (scene) => {
      const page = await open(scene)
      const before = await everywhere(page)
      expect(before).toMatch(SEEDED)

      await page.evaluate(() => window.host.lockedBy('idle'))
      await page.getByRole('heading', { name: 'A. Adams is signed in' }).waitFor()

      expect((await everywhere(page)).match(SEEDED)).toBeNull()
    },
  )

  it('holds nothing in the memory of the page either', async () => {
    const page = await open('worklist')
    const marker = await page.evaluate(async () => {
      const seeded = ['only', 'once', Math.random().toString(36).slice(2)].join('-')
      window.host.changeWorklist(window.host.items.map((item) => ({ ...item, patient: seeded })))
      await new Promise((read) => setTimeout(read, 100))
      return seeded
    })
    await page.getByText(marker).first().waitFor()
    expect(await heap(page)).toContain(marker)

    await page.evaluate(() => {
      window.host.lockedBy('person')
      // The shell is another program; here its memory is part of the page.
      window.host.items = []
      window.host.calls.length = 0
    })
    await page.getByRole('heading', { name: 'A. Adams is signed in' }).waitFor()

    await expect.poll(async () => (await heap(page)).includes(marker), { timeout: 20_000 }).toBe(false)
  })

  it('does not take in what was asked for before and is answered after', async () => {
    const page = await open('worklist')
    await page.evaluate(() => {
      const { host } = window
      const worklist = host.worklist.bind(host)
      const review = host.review.bind(host)
      const locked = new Promise<void>((lock) => host.onAppState((state) => state.locked && setTimeout(lock, 200)))
      host.worklist = async () => (await locked, worklist())
      host.review = async (id) => (await locked, review(id))
      host.drafts.set('AM-1207', { meaning: 'm', reason: 'r', note: 'Checked against printout 8813.' })
    })
    await page.keyboard.press('r')
    await page.getByText('Laboratory result').first().click()
    await page.getByText('Reading the amendment').waitFor()

    await page.evaluate(async () => {
      window.host.lockedBy('system')
      await new Promise((answered) => setTimeout(answered, 500))
    })

    expect((await everywhere(page)).match(SEEDED)).toBeNull()
  })

  it('takes no file and shows no signature while it is locked', async () => {
    const page = await open('verify')
    await page.evaluate(() => window.host.lockedBy('person'))
    await page.getByRole('heading', { name: 'A. Adams is signed in' }).waitFor()

    await page.evaluate(() => {
      window.host.drop({ checked: window.host.chosen, fault: null })
      window.host.show({ amendment: 'AM-1207', record: 'LAB-88123', patient: 'P-20418', steps: [], endsAt: '', origin: '', ending: null })
    })

    expect((await everywhere(page)).match(SEEDED)).toBeNull()
  })

  it('is reached by Ctrl L from everywhere, out of a field and out of a dialog too, and by the button', async () => {
    for (const scene of ['worklist', 'sign', 'ceremony']) {
      const page = await open(scene)
      await page.keyboard.press('Control+l')
      await page.getByRole('heading', { name: 'A. Adams is signed in' }).waitFor()
      expect(await calls(page, 'lock')).toHaveLength(1)
    }
    const page = await open('about')
    await page.getByRole('button', { name: 'Lock', exact: true }).click()
    await page.getByText('by hand').first().waitFor()
  })

  it('is not offered where policy does not allow it', async () => {
    const page = await open('worklist')
    await page.evaluate(() => window.host.set({ allowed: { files: true, printing: true, locking: false } }))
    await page.getByRole('button', { name: 'Lock', exact: true }).waitFor({ state: 'detached' })

    await page.keyboard.press('Control+l')

    expect(await calls(page, 'lock')).toEqual([])
  })

  it('is told politely, and says that a signature under way was not made', async () => {
    const page = await open('ceremony')

    await page.evaluate(() => window.host.lockedBy('system'))

    await page.getByText('Nothing was signed.').waitFor()
    expect(await said(page, 'polite')).toEqual(['Locked since 14:32, together with this computer'])
  })

  it('does nothing on Escape or on an Enter that came too late', async () => {
    const page = await open('locked')

    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')

    expect(await page.locator('h1').innerText()).toBe('A. Adams is signed in')
    expect(await page.evaluate(() => window.host.calls)).toEqual([])
  })
})

describe('unlocking', () => {
  it('waits with a way out, and the screen stays locked when it is taken', async () => {
    const page = await open('locked')

    await page.getByRole('button', { name: 'Unlock as A. Adams' }).click()
    await expect.poll(() => focus(page)).toBe('h1: Waiting for A. Adams to sign in')
    await page.getByRole('button', { name: 'Cancel, stay locked' }).click()

    await expect.poll(() => focus(page)).toBe('h1: A. Adams is signed in')
    expect(await page.locator('.banner').count()).toBe(0)
  })

  it('by the same person leads back to work, with the entry kept', async () => {
    const page = await open('locked')
    await page.getByRole('button', { name: 'Unlock as A. Adams' }).click()

    await page.evaluate(() => window.host.unlockedBy('A. Adams'))
    await page.getByText('14 amendments').waitFor()
    await page.getByText('Laboratory result').first().click()
    await page.getByRole('button', { name: 'Sign…' }).click()

    expect(await page.getByLabel(/^Note/).inputValue()).toBe('Checked against printout 8813.')
  })

  it('that fails says what happened and what to do', async () => {
    const page = await open('locked')
    await page.evaluate(() => {
      window.host.unlockFault = { code: 'identity-provider-unreachable', text: 'The sign-in page could not be reached.', remedy: 'Check the network.', reference: null }
    })

    await page.getByRole('button', { name: 'Unlock as A. Adams' }).click()

    await page.getByText('Check the network.', { exact: true }).waitFor()
    expect(await said(page, 'assertive')).toEqual(['The sign-in page could not be reached. Check the network.'])
  })
})

describe('somebody else before a locked screen', () => {
  it('who authenticated is asked, with focus on the safe answer', async () => {
    const page = await open('switch-newcomer')

    const dialog = page.getByRole('dialog', { name: 'Sign out A. Adams and switch?' })
    expect(await dialog.innerText()).toContain('You signed in as B. Baker. A. Adams is still signed in behind the lock.')
    expect(await focus(page)).toBe('button: Stay locked')
  })

  it('who stays out leaves it locked, by the button as by Escape', async () => {
    for (const leave of [(page: Page) => page.getByRole('button', { name: 'Stay locked' }).click(), (page: Page) => page.keyboard.press('Escape')]) {
      const page = await open('switch-newcomer')

      await leave(page)
      await page.getByRole('dialog').waitFor({ state: 'detached' })

      expect(await page.locator('h1').innerText()).toBe('A. Adams is signed in')
      expect(await calls(page, 'refuseSwitch')).toHaveLength(1)
      expect(await calls(page, 'confirmSwitch')).toEqual([])
    }
  })

  it('who takes over starts on the worklist, and nothing of the person before is reachable', async () => {
    const page = await open('review')
    await page.evaluate(() => {
      window.host.lockedBy('idle')
      void window.host.unlock()
      window.host.unlockedBy('B. Baker')
      window.host.items = []
    })

    await page.getByRole('button', { name: 'Sign out A. Adams and switch' }).click()
    await page.getByText('All signed').waitFor()

    expect(await focus(page)).toBe('h1: Worklist')
    expect(await page.getByRole('button', { name: /^Account/ }).innerText()).toContain('B. Baker')
    expect((await everywhere(page)).match(SEEDED)).toBeNull()
    expect(await everywhere(page)).not.toContain('A. Adams')
  })

  it('may say so before signing in: what ends is listed, and then the sign-in page opens', async () => {
    const page = await open('locked')
    await page.getByRole('button', { name: 'I am somebody else…' }).click()
    const dialog = page.getByRole('dialog')
    for (const part of ['A. Adams is signed out here', 'One entry is not signed and is discarded.', 'Nothing waits in the outbox.', 'sees nothing of A. Adams']) {
      expect(await dialog.innerText()).toContain(part)
    }

    await page.getByRole('button', { name: 'Sign out A. Adams and switch' }).click()

    await page.getByRole('heading', { name: 'Waiting for you to sign in' }).waitFor()
    expect(await calls(page, 'switchUser')).toEqual([[]])
    expect(await page.locator('body').innerText()).not.toContain('A. Adams')
  })

  it('is asked at once when the device is passed on from the account menu', async () => {
    const page = await open('review')
    await page.getByRole('button', { name: /^Account/ }).click()

    await page.getByRole('button', { name: 'Switch user…' }).click()

    await page.getByRole('dialog', { name: 'Sign out A. Adams and switch?' }).waitFor()
    expect(await calls(page, 'lock')).toEqual([[true]])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.locator('h1').innerText()).toBe('A. Adams is signed in')
    expect(await calls(page, 'refuseSwitch')).toHaveLength(1)
  })

  it('is told what could not be done while the pages began anew', async () => {
    const page = await open('signed-out')

    await page.evaluate(() => window.host.set({ trouble: { code: 'sign_out_incomplete', text: 'Something is left.', remedy: 'Call IT.', reference: null } }))

    await page.getByText('Something is left.', { exact: true }).waitFor()
    expect(await said(page, 'assertive')).toEqual(['Something is left. Call IT.'])
  })

  it('can sign the person out', async () => {
    const page = await open('locked')

    await page.getByRole('button', { name: 'Sign out A. Adams' }).click()

    await page.getByText('You are signed out.').waitFor()
  })
})

/** Every string in the memory of the page. */
async function heap(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return chunks.join('')
}
