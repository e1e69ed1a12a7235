// What holds for every screen: WCAG 2.2 AA, one heading, no sideways scrolling, a picture of it for people.

import { describe, expect, it } from 'vitest'
import { SCENES } from '../src/host-mock/scenes'
import { brokenRules, open, picture, SCHEMES, settled } from './pages'

const scenes = Object.keys(SCENES)
const size = (scene: string): { width: number; height: number } => (scene.startsWith('kiosk') ? { width: 1280, height: 800 } : { width: 1180, height: 760 })

describe.each(SCHEMES)('in %s', (scheme) => {
  it.each(scenes)('%s breaks no accessibility rule and has one heading', async (scene) => {
    const page = await open(scene, { scheme, size: size(scene) })
    await picture(page, scheme === 'light' ? scene : `${scene}.dark`)

    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight)).toBe(0)
    expect(await brokenRules(page)).toEqual([])
  })
})

it.each(scenes)('%s keeps both in German, and fits at 200 percent zoom without scrolling sideways', async (scene) => {
  const page = await open(scene, { locale: 'de', size: size(scene) })
  await picture(page, `${scene}-de`)

  expect(await page.locator('html').getAttribute('lang')).toBe('de')
  expect(await brokenRules(page)).toEqual([])

  await page.setViewportSize({ width: 590, height: 380 })
  await settled(page)
  await picture(page, `${scene}-de.zoom200`)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
})

it.each(['worklist', 'review', 'sign', 'ceremony', 'signed', 'not-applied', 'switch-user', 'activity', 'about', 'outbox', 'kiosk-worklist'])('%s keeps its states in forced colours', async (scene) => {
  const page = await open(scene, { forced: true, size: size(scene) })
  await picture(page, `${scene}.forced`)

  expect(await brokenRules(page)).toEqual([])
})

it.each(['worklist', 'review', 'sign', 'ceremony', 'activity', 'about', 'outbox'])('%s fits into a small window', async (scene) => {
  const page = await open(scene, { size: { width: 900, height: 600 } })
  await picture(page, `${scene}.900x600`)

  expect(await brokenRules(page)).toEqual([])
})
