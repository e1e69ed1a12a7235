// Which keys do what, and when they are heard at all.
//
// Single characters work only outside fields and can be switched off (WCAG 2.1.4); Escape and F6 always work.
// Nothing here ever signs: a shortcut opens, moves or closes.

export type Bindings = Record<string, () => void>

/** The table that the dialog of all keys shows; `says` are catalogue keys. */
export const ALL_KEYS: { screen: string; keys: { caps: string[]; says: string }[] }[] = [
  {
    screen: 'keys-worklist',
    keys: [
      { caps: ['↑', '↓', 'Home', 'End'], says: 'keys-move' },
      { caps: ['Enter'], says: 'keys-review' },
      { caps: ['/'], says: 'keys-filter' },
      { caps: ['R'], says: 'keys-refresh' },
    ],
  },
  {
    screen: 'keys-review-screen',
    keys: [
      { caps: ['J'], says: 'keys-next' },
      { caps: ['K'], says: 'keys-previous' },
      { caps: ['S'], says: 'keys-sign' },
      { caps: ['D'], says: 'keys-decline' },
    ],
  },
  {
    screen: 'verify',
    keys: [
      { caps: ['O'], says: 'keys-choose-file' },
      { caps: ['Ctrl', 'P'], says: 'keys-print' },
    ],
  },
  {
    screen: 'activity',
    keys: [
      { caps: ['/'], says: 'keys-filter' },
      { caps: ['C'], says: 'keys-check-chain' },
    ],
  },
  { screen: 'keys-signing', keys: [{ caps: ['F6'], says: 'keys-forward' }] },
  {
    screen: 'keys-everywhere',
    keys: [
      { caps: ['Esc'], says: 'keys-escape' },
      { caps: ['?'], says: 'keys-all' },
      { caps: ['Ctrl', 'L'], says: 'keys-lock' },
    ],
  },
]

const STORED = 'countersign.single-keys'

/** Whether single characters act as shortcuts; remembered on this machine. */
export function singleKeysOn(storage: Storage): boolean {
  return storage.getItem(STORED) !== 'off'
}

export function setSingleKeys(storage: Storage, on: boolean): void {
  storage.setItem(STORED, on ? 'on' : 'off')
}

export interface Pressed {
  key: string
  ctrlKey: boolean
  altKey: boolean
  metaKey: boolean
  isComposing: boolean
  defaultPrevented: boolean
}

export interface Around {
  inField: boolean
  modalOpen: boolean
  popoverOpen: boolean
  singleKeys: boolean
}

/** The name under which a binding hears this key press, or `null` when nobody may. */
export function heardAs(pressed: Pressed, around: Around): string | null {
  if (pressed.defaultPrevented || pressed.isComposing) return null
  const withControl = pressed.ctrlKey !== pressed.metaKey && !pressed.altKey ? pressed.key.toLowerCase() : ''
  if (withControl === 'l') return 'Lock' // whoever leaves does not close dialogs first
  if (around.modalOpen) return null
  if (withControl === 'p') return 'Print'
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return null
  if (pressed.key === 'Escape') return around.popoverOpen ? null : 'Escape'
  if (pressed.key === 'F6') return 'F6'
  if (pressed.key.length !== 1 || around.inField || !around.singleKeys) return null
  return pressed.key.toLowerCase()
}

export function isField(element: Element | null): boolean {
  if (element === null) return false
  if (element instanceof HTMLInputElement) return !['radio', 'checkbox', 'button'].includes(element.type)
  return element.matches('textarea, select, [contenteditable]')
}

/** The bindings of the screens that are shown, the newest heard first. */
export class Keys {
  #layers: Bindings[] = []

  /** Adds bindings; call what is returned when the screen goes. */
  bind(bindings: Bindings): () => void {
    this.#layers.push(bindings)
    return () => {
      this.#layers = this.#layers.filter((layer) => layer !== bindings)
    }
  }

  /** Runs the newest binding of that name; false when there is none. */
  press(name: string): boolean {
    const run = this.#layers.findLast((layer) => name in layer)?.[name]
    run?.()
    return run !== undefined
  }
}
