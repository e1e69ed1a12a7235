import { expect, it } from 'vitest'
import { open } from '../../../tests/pages'

it('names key, source and remedy, and offers nothing that would not work', async () => {
  const page = await open('blocked')

  const text = await page.locator('main').innerText()

  expect(text).toContain('signing.timeout_minutes in /etc/countersign/policy.toml')
  expect(text).toContain('IT: correct or remove it.')
  expect(text).toContain('policy-unknown-key')
  expect(await page.locator('main button').count()).toBe(0)
})
