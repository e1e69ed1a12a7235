import { describe, expect, it } from 'vitest'
import { calls, focus, open, said } from '../../../tests/pages'

describe('about', () => {
  it('opens from the navigation and names version, build and device', async () => {
    const page = await open('worklist')

    await page.getByRole('link', { name: 'About' }).click()
    await page.getByText('Countersign 1.4.0, build 2026-11-18, on Ward 3, workstation 2').waitFor()

    expect(await focus(page)).toBe('h1: About and diagnostics')
  })

  it('shows every policy value with who set it, and says an empty one in words', async () => {
    const page = await open('about')

    const rows = await page.locator('.policy tbody tr').allInnerTexts()

    expect(rows).toHaveLength(13)
    expect(rows[0]).toMatch(/identity\.issuer\s+https:\/\/id\.clinic\.example\s+Machine policy/)
    expect(rows[3]).toMatch(/identity\.redirect_ports\s+none\s+Default/)
    expect(rows.at(-1)).toMatch(/updates\.check\s+weekly\s+Your setting/)
    expect(await page.locator('main').innerText()).toContain('Managed by your IT')
  })

  it('says behind each key what it is for and where it stands, by the keyboard too', async () => {
    const page = await open('about')

    await page.locator('.policy summary').first().focus()
    await page.keyboard.press('Enter')

    const row = page.locator('.policy tbody tr').first()
    await expect.poll(() => row.innerText()).toContain('The OpenID Connect issuer')
    expect(await row.innerText()).toContain('/etc/countersign/policy.toml')
  })

  it('says that nobody manages this computer where nobody does', async () => {
    const page = await open('worklist')
    await page.evaluate(() => {
      const about = window.host.about.bind(window.host)
      window.host.about = async () => {
        const found = await about()
        return { ...found, policy: found.policy.map((row) => ({ ...row, source: 'default', place: '', locked: false })) }
      }
    })

    await page.getByRole('link', { name: 'About' }).click()

    await page.getByText('No machine policy on this computer').waitFor()
  })
})

describe('the checks', () => {
  it('say how each thing stands in a word, and what to do about it', async () => {
    const page = await open('about-offline')

    const checks = await page.getByRole('region', { name: 'Checks' }).innerText()

    expect(checks).toContain('Identity provider, in order\nAnswers in 84 ms')
    expect(checks).toContain('Records service, does not work')
    expect(checks).toContain('Disk, needs attention')
    expect(checks).toContain('Make room on the disk')
  })

  it('are run again on demand, and what came of it is said', async () => {
    const page = await open('about')

    await page.getByRole('button', { name: 'Run checks again' }).click()

    await expect.poll(() => said(page, 'polite')).toEqual(['Checks finished. One thing needs attention.'])
    expect(await calls(page, 'runChecks')).toHaveLength(2)
  })

  it('are copied as a report, and saved', async () => {
    const page = await open('about')
    await page.context().grantPermissions(['clipboard-write', 'clipboard-read'])

    await page.getByRole('button', { name: 'Copy report' }).click()
    await expect.poll(() => said(page, 'polite')).toEqual(['The report was copied.'])
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('identity.issuer = https://id.clinic.example')
    await page.getByRole('button', { name: 'Save diagnostics report…' }).click()

    await page.getByText('The report was saved: /home/adams/Documents/countersign-diagnostics.txt').first().waitFor()
  })
})
