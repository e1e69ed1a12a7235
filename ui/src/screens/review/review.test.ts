import { describe, expect, it } from 'vitest'
import { calls, focus, open, said } from '../../../tests/pages'

describe('both versions', () => {
  it('stand side by side, with what is struck and what is new marked for the ear too', async () => {
    const page = await open('review')

    const value = page.locator('tr', { has: page.getByRole('rowheader', { name: 'Value' }) })

    expect(await value.locator('del').innerText()).toBe('21.7')
    expect(await value.locator('ins').innerText()).toBe('12.7')
    expect(await value.locator('td').last().innerText()).toBe('changed')
    expect(await page.locator('tr.ch').count()).toBe(3)
  })

  it('say that a field was empty', async () => {
    const page = await open('review')

    const comment = page.locator('tr', { has: page.getByRole('rowheader', { name: 'Comment' }) })

    expect(await comment.locator('td').first().innerText()).toBe('empty')
    expect(await comment.locator('del').count()).toBe(0)
  })
})

describe('the text to sign', () => {
  it('stands there letter by letter as the shell composed it, with its gaps', async () => {
    const page = await open('review')

    const composed = await page.evaluate(async () => (await window.host.review('AM-1207')).text.map((part) => part.text).join(''))

    expect(await page.locator('.tosign .txt').textContent()).toBe(composed)
    expect(await page.locator('.tosign .slot').allInnerTexts()).toEqual(['you choose', 'you choose'])
  })
})

describe('the keys', () => {
  it('J and K go on and back, with focus on the new heading, and stop at the ends', async () => {
    const page = await open('review')

    await page.keyboard.press('j')
    await page.getByRole('heading', { name: /Systolic pressure/ }).waitFor()
    expect(await focus(page)).toContain('h1: Vital signs')
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press('k')
    await page.getByRole('heading', { name: /Dose/ }).waitFor()

    expect(await page.locator('.pager span').innerText()).toBe('1 of 14')
    expect(await page.getByRole('button', { name: 'Previous amendment' }).isDisabled()).toBe(true)
  })

  it('S opens the sign panel, D the decline dialog, Escape leaves', async () => {
    const page = await open('review')

    await page.keyboard.press('s')
    expect(await page.getByRole('dialog', { name: 'Sign amendment AM-1207' }).count()).toBe(1)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('d')
    expect(await page.getByRole('dialog', { name: 'Decline amendment AM-1207?' }).count()).toBe(1)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('Escape')

    await page.getByRole('heading', { name: 'Worklist' }).waitFor()
  })

  it('stay inside the list as it is filtered', async () => {
    const page = await open('worklist')
    await page.getByRole('radio', { name: /^Overdue/ }).click({ force: true })
    await page.locator('tr[tabindex="0"]').focus()
    await page.keyboard.press('Enter')
    await page.locator('.pager span').waitFor()

    expect(await page.locator('.pager span').innerText()).toBe('1 of 2')
  })
})

describe('signing', () => {
  it('is not offered while it is locked, and the page says why', async () => {
    const page = await open('review-locked')

    await page.keyboard.press('s')

    expect(await page.getByRole('button', { name: 'Sign…' }).count()).toBe(0)
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.locator('.banner').innerText()).toContain('Signing is locked for this session.')
    expect(await page.locator('.foot').innerText()).toContain('Signing locked')
  })

  it('is not offered under a policy that does not stand any more; the page says what is wrong, and who is signed in stays', async () => {
    const page = await open('review')
    const fault = { code: 'policy_changed', text: 'The policy was changed.', remedy: 'Restart the application.', reference: null }
    await page.evaluate((fault) => window.host.set({ signingStopped: fault }), fault)
    await expect.poll(() => page.getByRole('button', { name: 'Sign…' }).count()).toBe(0)

    expect(await page.locator('.banner').innerText()).toContain('The policy was changed.')
    expect(await page.locator('.banner').innerText()).toContain('Restart the application.')
    expect((await said(page, 'assertive')).join(' ')).toContain('The policy was changed.')
    await page.evaluate(() => window.host.set({ signingStopped: null }))
    await page.getByRole('button', { name: 'Sign…' }).waitFor()
  })

  it('is not offered without a connection, and comes back with it', async () => {
    const page = await open('review')
    await page.evaluate(() => window.host.set({ status: { ...window.host.state.status, recordsConnected: false } }))
    await expect.poll(() => page.getByRole('button', { name: 'Sign…' }).count()).toBe(0)

    await page.evaluate(() => window.host.set({ status: { ...window.host.state.status, recordsConnected: true } }))

    await page.getByRole('button', { name: 'Sign…' }).waitFor()
  })
})

describe('an amendment that cannot be read', () => {
  it('says what happened and what to do, and is read again on request', async () => {
    const page = await open('worklist')
    await page.evaluate(() => {
      window.host.reviewFault = { code: 'amendment-gone', text: 'This amendment does not wait for your signature any more.', remedy: 'Go back to the worklist.', reference: null }
    })
    await page.locator('tr[tabindex="0"]').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /does not wait/ }).waitFor()
    expect(await said(page, 'assertive')).toEqual(['This amendment does not wait for your signature any more. Go back to the worklist.'])

    await page.evaluate(() => (window.host.reviewFault = null))
    await page.getByRole('button', { name: 'Read again' }).click()

    await page.getByRole('heading', { name: /haemoglobin/ }).waitFor()
  })
})

it('a change of language reads the amendment again, since its texts come from the shell', async () => {
  const page = await open('review')
  const before = (await calls(page, 'review')).length
  await page.getByRole('button', { name: /^Account/ }).click()

  await page.getByRole('button', { name: 'Deutsch' }).click()

  await page.getByText('Der genaue Text, den Sie unterschreiben').waitFor()
  expect((await calls(page, 'review')).length).toBe(before + 1)
})
