// How a test opens a screen, drives it and judges it.

import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, expect, inject } from 'vitest'
import type { App } from '../src/app/app.svelte'
import type { Call, MockHost } from '../src/host-mock/host'

export type Scheme = 'light' | 'dark'
export const SCHEMES: Scheme[] = ['light', 'dark']

export interface Asked {
  locale?: 'en' | 'de'
  scheme?: Scheme
  size?: { width: number; height: number }
  forced?: boolean
}

declare global {
  interface Window {
    host: MockHost
    app: App
  }
}

const SHOTS = 'out/shots'
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser: Browser | undefined
/** The pages of the running test, each with what it complained about. */
let opened = new Map<Page, string[]>()

/** A screen in its own, empty browser profile, at the clinic's time zone. What breaks the policy or the script fails the test. */
export async function open(scene: string, { locale = 'en', scheme = 'light', size = { width: 1180, height: 760 }, forced = false }: Asked = {}): Promise<Page> {
  browser ??= await chromium.connect(inject('browser'))
  const context = await browser.newContext({
    viewport: size,
    colorScheme: scheme,
    forcedColors: forced ? 'active' : 'none',
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const heard: string[] = []
  opened.set(page, heard)
  page.on('pageerror', (error) => heard.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text())
  })
  await page.addInitScript(() => {
    Object.freeze(Object.prototype) // as the shell does
    document.addEventListener('securitypolicyviolation', (event) => console.error(`${event.violatedDirective}: ${event.blockedURI}`))
  })
  await page.goto(`${inject('origin')}/mock.html?mock=${scene}&locale=${locale}`)
  await page.locator('h1').waitFor({ state: 'attached' })
  await settled(page)
  return page
}

/** What a page complained about so far; taken by a test that expects it. */
export function complaints(page: Page): string[] {
  return opened.get(page)?.splice(0) ?? []
}

/** Until nothing on the page changes any more. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  await page.waitForTimeout(50)
}

/** Broken rules of WCAG 2.2 AA and best practice, as sentences. */
export async function brokenRules(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const results = await page.evaluate(async () => {
    const run = (window as unknown as { axe: typeof axe }).axe
    return run.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  })
  return results.violations.map((rule) => `${rule.id}: ${rule.help} (${rule.nodes.map((node) => node.html).join(' | ')})`)
}

/** A picture for people, to be laid beside the design. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: `${SHOTS}/${name}.png`, animations: 'disabled' })
}

/** What has focus, by its accessible words. */
export async function focus(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    const label = element?.getAttribute('aria-label') ?? element?.textContent ?? ''
    return `${element?.tagName.toLowerCase()}: ${label.replace(/\s+/g, ' ').trim()}`
  })
}

export async function said(page: Page, urgency: 'polite' | 'assertive'): Promise<string[]> {
  return page.locator(`[data-said="${urgency}"] p`).allTextContents()
}

export async function calls(page: Page, name: string): Promise<Call['args'][]> {
  return page.evaluate((wanted) => window.host.calls.filter((call) => call.name === wanted).map((call) => call.args), name)
}

/** Every text that can be reached from what the pages keep: fields, accessors, lists and maps, but not the shell. */
export async function reachable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const texts: string[] = []
    const seen = new Set<unknown>([window.app.host])
    const look = (value: unknown): void => {
      if (typeof value === 'string') texts.push(value)
      if (value === null || typeof value !== 'object' || seen.has(value) || value instanceof Node) return
      seen.add(value)
      if (value instanceof Map) for (const [key, held] of value) look([key, held])
      if (value instanceof Set) for (const held of value) look(held)
      for (let own = value; own && own !== Object.prototype; own = Object.getPrototypeOf(own) as object) {
        for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(own))) {
          if (name !== 'constructor') look(property.get ? property.get.call(value) : property.value)
        }
      }
    }
    look(window.app)
    return texts
  })
}

afterEach(async () => {
  const pages = opened
  opened = new Map()
  for (const page of pages.keys()) await page.context().close()
  expect([...pages.values()].flat()).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  browser = undefined
})
