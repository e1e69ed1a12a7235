import { describe, expect, it, vi } from 'vitest'
import { type Around, heardAs, Keys, type Pressed, setSingleKeys, singleKeysOn } from './keys'

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, defaultPrevented: false, ...more,
})
const calm: Around = { inField: false, modalOpen: false, popoverOpen: false, singleKeys: true }

describe('a key press', () => {
  it('locks with Ctrl L or Cmd L from a field and from behind a dialog too, and with nothing else', () => {
    const busy: Around = { inField: true, modalOpen: true, popoverOpen: true, singleKeys: false }

    expect(heardAs(press('l', { ctrlKey: true }), busy)).toBe('Lock')
    expect(heardAs(press('L', { metaKey: true }), busy)).toBe('Lock')
    expect(heardAs(press('l', { ctrlKey: true, altKey: true }), calm)).toBeNull()
    expect(heardAs(press('l', { ctrlKey: true, defaultPrevented: true }), calm)).toBeNull()
  })

  it('is heard by its letter, large or small', () => {
    expect(heardAs(press('j'), calm)).toBe('j')
    expect(heardAs(press('J'), calm)).toBe('j')
    expect(heardAs(press('?'), calm)).toBe('?')
  })

  it('is text and nothing else while a field has focus', () => {
    expect(heardAs(press('s'), { ...calm, inField: true })).toBeNull()
  })

  it('does nothing as a single character once these are switched off', () => {
    for (const key of ['j', 's', '/', '?']) expect(heardAs(press(key), { ...calm, singleKeys: false })).toBeNull()
  })

  it('leaves Escape and F6 working in fields and with single characters off', () => {
    const around = { ...calm, inField: true, singleKeys: false }

    expect(heardAs(press('Escape'), around)).toBe('Escape')
    expect(heardAs(press('F6'), around)).toBe('F6')
  })

  it('belongs to the dialog while one is open', () => {
    for (const key of ['Escape', 'F6', 's']) expect(heardAs(press(key), { ...calm, modalOpen: true })).toBeNull()
  })

  it('closes a menu before it leaves a screen', () => {
    expect(heardAs(press('Escape'), { ...calm, popoverOpen: true })).toBeNull()
  })

  it('with Ctrl, Alt or Meta belongs to the system', () => {
    for (const held of ['ctrlKey', 'altKey', 'metaKey']) expect(heardAs(press('r', { [held]: true }), calm)).toBeNull()
  })

  it('prints with Ctrl and P, or Cmd and P, even in a field', () => {
    const around = { ...calm, inField: true, singleKeys: false }

    expect(heardAs(press('p', { ctrlKey: true }), around)).toBe('Print')
    expect(heardAs(press('p', { metaKey: true }), around)).toBe('Print')
    expect(heardAs(press('p', { ctrlKey: true, altKey: true }), around)).toBeNull()
  })

  it('is not heard while a character is being composed, or when somebody used it already', () => {
    expect(heardAs(press('s', { isComposing: true }), calm)).toBeNull()
    expect(heardAs(press('s', { defaultPrevented: true }), calm)).toBeNull()
  })
})

describe('bindings', () => {
  it('are heard newest first, and fall back when a screen goes', () => {
    const keys = new Keys()
    const [below, above] = [vi.fn(), vi.fn()]
    keys.bind({ Escape: below })
    const unbind = keys.bind({ Escape: above })

    keys.press('Escape')
    unbind()
    keys.press('Escape')

    expect([above.mock.calls.length, below.mock.calls.length]).toEqual([1, 1])
  })

  it('say when nobody listens, so that the key keeps its usual meaning', () => {
    expect(new Keys().press('j')).toBe(false)
  })
})

it('the choice against single characters is remembered', () => {
  const stored = new Map<string, string>()
  const storage = { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => stored.set(key, value) } as unknown as Storage

  expect(singleKeysOn(storage)).toBe(true)
  setSingleKeys(storage, false)
  expect(singleKeysOn(storage)).toBe(false)
})
