// What is embedded into the application: one page, its script and its style, and nothing of the mock.

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { beforeAll, expect, it } from 'vitest'

const DIST = 'out/shipped'
let files: string[]

beforeAll(async () => {
  await build({ logLevel: 'error', build: { outDir: DIST, emptyOutDir: true } })
  files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('.'))
})

const read = (ending: string): string => files.filter((file) => file.endsWith(ending)).map((file) => readFileSync(join(DIST, file), 'utf8')).join('\n')

it('is one page with one script and one style', () => {
  expect(files.map((file) => file.replace(/-[\w-]{8}\./, '.')).toSorted()).toEqual(['assets/index.css', 'assets/index.js', 'index.html'])
})

it('has nothing inline that the content security policy would stop', () => {
  const page = read('.html')

  expect(page).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/)
})

it('holds nothing of the mock', () => {
  expect(read('.js')).not.toMatch(/MockHost|LAB-88123|id\.clinic\.example|A\. Adams/)
})

it('loads nothing from anywhere else', () => {
  const addresses = `${read('.js')}${read('.css')}${read('.html')}`.match(/https?:\/\/[\w.-]+/g) ?? []

  expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org', 'https://svelte.dev']))
})

it('keeps the light and the dark value of every colour', () => {
  expect(read('.css').match(/light-dark\(/g)?.length).toBeGreaterThan(20)
})
