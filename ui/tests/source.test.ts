// Rules that the source keeps: texts stand in the catalogue, styles in files, and the door to the shell is one.

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'svelte/compiler'
import { describe, expect, it } from 'vitest'
import { ICONS } from '../src/parts/icons'

interface Node {
  type: string
  name?: string
  data?: string
  [key: string]: unknown
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((file) => join('src', file))
const components = files.filter((file) => file.endsWith('.svelte'))
const READ_ALOUD = ['aria-label', 'placeholder', 'title', 'alt']

interface Found {
  node: Node
  /** The element around it, and the attribute that it is the value of. */
  element: string
  attribute: string
}

function* nodes(node: unknown, element = '', attribute = ''): Generator<Found> {
  if (Array.isArray(node)) {
    for (const child of node) yield* nodes(child, element, attribute)
  } else if (node !== null && typeof node === 'object') {
    const here = node as Node
    if (typeof here.type === 'string') yield { node: here, element, attribute }
    const [within, of] = here.type === 'Attribute' ? [element, here.name ?? ''] : here.type === 'RegularElement' ? [here.name ?? '', ''] : [element, attribute]
    for (const value of Object.values(here)) yield* nodes(value, within, of)
  }
}

const inside = (file: string): Found[] => [...nodes(parse(readFileSync(file, 'utf8'), { modern: true }).fragment)]

describe.each(components)('%s', (file) => {
  it('holds no text of its own', () => {
    const texts = inside(file).filter(({ node, element, attribute }) => {
      const isRead = attribute === '' ? element !== 'kbd' : READ_ALOUD.includes(attribute)
      return node.type === 'Text' && isRead && /\p{L}{2,}/u.test(node.data ?? '')
    })

    expect(texts.map(({ node }) => node.data)).toEqual([])
  })

  it('has no style of its own and puts in no markup from a string', () => {
    const wrong = inside(file).filter(({ node }) => node.type === 'StyleDirective' || node.type === 'HtmlTag' || (node.type === 'Attribute' && node.name === 'style'))

    expect(wrong.map(({ node }) => node.type)).toEqual([])
    expect(readFileSync(file, 'utf8')).not.toMatch(/<style/)
  })
})

it('only the door to the shell knows the shell', () => {
  const knowing = files.filter((file) => /\.(ts|svelte)$/.test(file) && /@tauri-apps|__TAURI/.test(readFileSync(file, 'utf8')))

  expect(knowing).toEqual(['src/host-tauri.ts'])
})

it('colours stand in the tokens alone', () => {
  const coloured = files.filter((file) => file.endsWith('.css') && !file.endsWith('tokens.css') && /#[0-9a-f]{3,8}\b|rgb\(|hsl\(/i.test(readFileSync(file, 'utf8')))

  expect(coloured).toEqual([])
})

it('the sprite has every icon that can be named, and no other', () => {
  const drawn = [...readFileSync('src/parts/Sprite.svelte', 'utf8').matchAll(/id="i-([a-z]+)" viewBox="0 0 16 16"/g)].map((found) => found[1])

  expect(drawn.toSorted()).toEqual([...ICONS].toSorted())
})

it('no file is longer than 400 lines', () => {
  const long = files.filter((file) => /\.(ts|svelte|css)$/.test(file) && readFileSync(file, 'utf8').split('\n').length > 400)

  expect(long).toEqual([])
})

it('the lock file names no place to download from', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved"/)
})
