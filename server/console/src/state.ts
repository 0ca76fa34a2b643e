/** Small things that live as long as the page: the clock, the theme, short messages, what the keyboard can reach. */
import { useEffect, useRef, useSyncExternalStore } from 'react'

/** A value that components can watch. */
export class Signal<T> {
  private listeners = new Set<() => void>()
  constructor(private value: T) {}
  get = () => this.value
  set(value: T) {
    if (Object.is(value, this.value)) return
    this.value = value
    for (const listener of this.listeners) listener()
  }
  watch = (listener: () => void) => {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }
}

/** The present value of a signal; the component renders again when it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  return useSyncExternalStore(signal.watch, signal.get)
}

const tick = 10_000 // ms; the shortest time shown is a minute

const now = new Signal(Date.now())
setInterval(() => now.set(Date.now()), tick)

/** Now in milliseconds, renewed every ten seconds: what makes waiting times grow. */
export const useNow = () => useSignal(now)

export type Theme = 'system' | 'light' | 'dark'
const themeKey = 'relevo.theme'

function storedTheme(): Theme {
  const stored = localStorage.getItem(themeKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

/** The chosen theme. */
export const theme = new Signal<Theme>(storedTheme())

/** Chooses a theme and remembers it in this browser. */
export function setTheme(value: Theme) {
  localStorage.setItem(themeKey, value)
  theme.set(value)
  showTheme()
}

/** Applies the chosen theme to the page. */
export function showTheme() {
  const value = theme.get()
  if (value === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = value
}

/** A short message at the edge of the screen. */
export interface Toast {
  id: number
  text: string
  bad: boolean
}

const toastTime = 6_000 // ms; long enough to read two lines twice
const maxToasts = 3
let toastId = 0

export const toasts = new Signal<Toast[]>([])

export function dismissToast(id: number) {
  toasts.set(toasts.get().filter((toast) => toast.id !== id))
}

/** Tells something in passing; what went wrong stays until it is dismissed or pushed out. */
export function tell(text: string, bad = false) {
  const id = ++toastId
  toasts.set([...toasts.get().slice(1 - maxToasts), { id, text, bad }])
  if (!bad) setTimeout(() => dismissToast(id), toastTime)
}

/** What screen readers are told of events elsewhere on the page. */
export const announcement = new Signal('')

/** The overlays that the keyboard opens. */
export const overlay = new Signal<'none' | 'keys' | 'palette'>('none')

/** Whether live updates arrive. */
export const live = new Signal<'connecting' | 'live' | 'lost'>('connecting')

/** What can be done with the conversation on the screen; the palette and the keys call these. */
export interface Actions {
  claim?: () => void
  release?: () => void
  reply?: () => void
  note?: () => void
  close?: () => void
}
export const actions = new Signal<Actions>({})

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))

/**
 * Calls handlers by key ("j", "?", "/") while the component is mounted, except when a person types or a dialog or menu is open.
 * "mod+k" works everywhere.
 */
export function useKeys(handlers: Record<string, () => void>) {
  const latest = useRef(handlers)
  useEffect(() => {
    latest.current = handlers
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return
      const mod = event.ctrlKey || event.metaKey
      const handler = latest.current[mod ? `mod+${event.key.toLowerCase()}` : event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (!handler) return
      if (!mod && (typing(event.target) || document.querySelector('[role=dialog],[role=menu]'))) return
      event.preventDefault()
      handler()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
}

/** Sets the title of the browser's tab. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = title
  }, [title])
}

/** Whether the screen is at least this wide, in CSS pixels. */
export function useWide(pixels: number): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(`(min-width: ${pixels}px)`)
      query.addEventListener('change', listener)
      return () => query.removeEventListener('change', listener)
    },
    () => window.matchMedia(`(min-width: ${pixels}px)`).matches,
  )
}
