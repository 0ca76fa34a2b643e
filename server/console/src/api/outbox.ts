/** Messages and notes on their way to the server: shown at once, kept with their text when they fail. */
import { useSyncExternalStore } from 'react'

import { request } from './client'
import { chatPath, conversationQuery, queryClient } from './queries'

export type Mode = 'reply' | 'note'

export interface Pending {
  key: string
  conversation: string
  chat: string
  mode: Mode
  text: string
  at: string
  state: 'sending' | 'sent' | 'failed'
  /** The entry's id, once the server took it. */
  id?: string
  error?: unknown
  /** Entries that were there when it was sent; see retry. */
  known: ReadonlySet<string>
}

const none: Pending[] = []
let all = new Map<string, Pending[]>()
const listeners = new Set<() => void>()
const tails = new Map<string, Promise<void>>()
let counter = 0

function store(conversation: string, list: Pending[]) {
  all = new Map(all).set(conversation, list)
  for (const listener of listeners) listener()
}

function change(item: Pending, part: Partial<Pending>) {
  const list = all.get(item.conversation) ?? none
  store(
    item.conversation,
    list.map((one) => (one.key === item.key ? { ...one, ...part } : one)),
  )
}

/** Where a text that is being written is kept, for as long as the browser's tab lives. */
export const draftKey = (conversation: string, mode: Mode) => `relevo.draft:${mode}:${conversation}`

// What was not sent goes back to the draft when the page is left or loaded again, so that no words are lost.
window.addEventListener('pagehide', (event) => {
  if (event.persisted) return // the page may come back as it is
  for (const item of [...all.values()].flat().filter((one) => one.state === 'failed')) {
    const key = draftKey(item.conversation, item.mode)
    const draft = sessionStorage.getItem(key)
    sessionStorage.setItem(key, draft ? `${item.text}\n${draft}` : item.text)
  }
})

const entriesOf = (conversation: string) => queryClient.getQueryData(conversationQuery(conversation).queryKey)?.entries ?? []

/** What is on its way in a conversation, oldest first. */
export function usePending(conversation: string): Pending[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => all.get(conversation) ?? none,
  )
}

/** Sends a text. Texts of one conversation go one after the other, so that they arrive in the order they were written. */
export function send(conversation: string, chat: string, mode: Mode, text: string) {
  const item: Pending = {
    key: `p${++counter}`,
    conversation,
    chat,
    mode,
    text,
    at: new Date().toISOString(),
    state: 'sending',
    known: new Set(entriesOf(conversation).map((entry) => entry.id)),
  }
  // What the transcript shows by now needs no place here any more.
  const shown = new Set(item.known)
  store(conversation, [...(all.get(conversation) ?? none).filter((one) => !(one.id && shown.has(one.id))), item])
  enqueue(item)
}

/** Sends a failed text again, unless the first try arrived after all and only its answer was lost. */
export function retry(item: Pending) {
  change(item, { state: 'sending', error: undefined })
  enqueue(item, true)
}

/** Forgets a failed text. */
export function discard(item: Pending) {
  store(
    item.conversation,
    (all.get(item.conversation) ?? none).filter((one) => one.key !== item.key),
  )
}

function enqueue(item: Pending, again = false) {
  const before = tails.get(item.conversation) ?? Promise.resolve()
  tails.set(
    item.conversation,
    before.then(() => post(item, again)),
  )
}

async function post(item: Pending, again: boolean) {
  try {
    const id = (again && (await arrivedBefore(item))) || (await take(item))
    change(item, { state: 'sent', id })
    await queryClient.invalidateQueries({ queryKey: ['conversation', item.conversation] })
  } catch (error) {
    change(item, { state: 'failed', error })
    void queryClient.invalidateQueries({ queryKey: ['conversation', item.conversation] }) // a conflict shows who has it
  }
}

const take = (item: Pending) =>
  request<{ id: string }>('POST', chatPath(item.chat, item.mode === 'note' ? 'notes' : 'messages'), { text: item.text }).then((answer) => answer.id)

async function arrivedBefore(item: Pending): Promise<string | undefined> {
  const view = await queryClient.fetchQuery({ ...conversationQuery(item.conversation), staleTime: 0 })
  const kind = item.mode === 'note' ? 'note' : 'agent'
  return view.entries.find((entry) => entry.kind === kind && entry.text === item.text && !item.known.has(entry.id))?.id
}
