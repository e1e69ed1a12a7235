// The content security policy of the shipped pages is in force in these tests, and a breach of it would be seen.

import { expect, it } from 'vitest'
import { complaints, open } from './pages'

it('an inline style is stopped and noticed', async () => {
  const page = await open('worklist')

  await page.evaluate(() => document.body.setAttribute('style', 'opacity: 0.5'))
  await expect.poll(() => complaints(page).join()).toContain('style-src')

  expect(await page.evaluate(() => getComputedStyle(document.body).opacity)).toBe('1')
})

it('an inline script is stopped and noticed', async () => {
  const page = await open('worklist')

  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'document.title = "changed"'
    document.body.append(script)
  })
  await expect.poll(() => complaints(page).join()).toContain('script-src')

  expect(await page.title()).toBe('Countersign')
})
