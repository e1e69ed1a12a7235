// The content security policy of the shipped pages is in force in these tests, and a breach of it would be seen.

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { complaints, open } from './pages'

it('an inline style is stopped and noticed', async () => {
  const page = await open('worklist')

  await page.evaluate(() => document.body.setAttribute('style', 'opacity: 0.5'))
  expect(await breaches(page)).toContainEqual(expect.stringMatching(/^style-src/))

  expect(await page.evaluate(() => getComputedStyle(document.body).opacity)).toBe('1')
})

it('an inline script is stopped and noticed', async () => {
  const page = await open('worklist')

  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'document.title = "changed"'
    document.body.append(script)
  })
  expect(await breaches(page)).toContainEqual(expect.stringMatching(/^script-src/))

  expect(await page.title()).toBe('Countersign')
})

/** The event and the browser's own message come in either order. */
async function breaches(page: Page): Promise<string[]> {
  const heard: string[] = []
  await expect.poll(() => heard.push(...complaints(page))).toBeGreaterThanOrEqual(2)
  return heard
}
