import type { QueryClient } from '@tanstack/react-query'

import { applyDelivery, applyTurn } from './cache'
import { parseOwner } from './client'
import { conversationQuery, sessionQuery, storeChat } from './queries'
import type { Chat, Delivery, Turn } from './types'

/** Whether live updates arrive. */
export type LiveState = 'connecting' | 'live' | 'lost'

/** What one browser tab tells the others: only one of them holds the stream. */
type Shared = { kind: 'turn' | 'delivery' | 'reset'; data: string } | { kind: 'state'; state: LiveState } | { kind: 'hello' }

const firstWait = 1_000 // ms before the first new try after the server closed the stream
const longestWait = 30_000 // ms; waits double up to here
const settle = 250 // ms to collect turns of one conversation before reading the rest of it again
const channelName = 'relevo-stream'

interface Options {
  client: QueryClient
  me: string
  onState: (state: LiveState) => void
  /** A chat that waits now and was not known to wait before. */
  onWaiting: (chat: Chat) => void
  /** A contact wrote in a chat of mine. */
  onWrote: (chat: Chat) => void
}

/**
 * Keeps the cache fresh from /v1/stream until the returned function is called. Of several tabs only one holds a connection (browsers
 * allow few to one server); it passes on what it hears. When it closes, another takes over and everything is read again.
 */
export function follow(options: Options): () => void {
  const ended = new AbortController()
  const peers = 'BroadcastChannel' in window ? new BroadcastChannel(channelName) : undefined
  let leading = false
  let state: LiveState = 'connecting'

  const hear = (message: Shared) => {
    if (message.kind === 'state') {
      state = message.state
      options.onState(message.state)
    } else if (message.kind === 'hello') {
      if (leading) peers?.postMessage({ kind: 'state', state } satisfies Shared)
    } else {
      receive(options, message.kind, message.data)
    }
  }
  const tell = (message: Shared) => {
    if (ended.signal.aborted) return
    hear(message)
    peers?.postMessage(message)
  }
  peers?.addEventListener('message', (event: MessageEvent<Shared>) => hear(event.data))

  const began = Date.now()
  const lead = async () => {
    if (ended.signal.aborted) return
    leading = true
    await listen(options.client, tell, ended.signal, Date.now() - began > firstWait)
  }
  if (peers && navigator.locks) {
    peers.postMessage({ kind: 'hello' } satisfies Shared)
    navigator.locks.request(channelName, { signal: ended.signal }, lead).catch(() => undefined) // aborted while waiting
  } else {
    void lead()
  }
  return () => {
    ended.abort()
    peers?.close()
  }
}

/** Holds the connection until the signal; resolves then. stale: something may have been missed before it opens. */
function listen(client: QueryClient, tell: (message: Shared) => void, signal: AbortSignal, stale: boolean): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource | undefined
    let timer = 0
    let wait = firstWait
    let missed = stale

    const open = () => {
      source = new EventSource('/v1/stream')
      source.addEventListener('open', () => {
        wait = firstWait
        tell({ kind: 'state', state: 'live' })
        if (missed) tell({ kind: 'reset', data: '{}' })
        missed = false
      })
      for (const kind of ['turn', 'delivery', 'reset'] as const) {
        source.addEventListener(kind, (event) => tell({ kind, data: event.data as string }))
      }
      source.addEventListener('error', () => {
        tell({ kind: 'state', state: 'lost' })
        if (source?.readyState !== EventSource.CLOSED) return // the browser tries again by itself, and resumes
        source.close()
        missed = true // a new EventSource can not resume: read everything again
        void client.invalidateQueries({ queryKey: sessionQuery.queryKey }) // an ended session shows here
        timer = window.setTimeout(open, wait * (0.5 + Math.random() / 2))
        wait = Math.min(wait * 2, longestWait)
      })
    }
    open()
    signal.addEventListener('abort', () => {
      window.clearTimeout(timer)
      source?.close()
      resolve()
    })
  })
}

const pending = new Map<string, number>()

/** Reads the rest of a conversation (packet, runs, window) again, soon and once. */
function refreshSoon(client: QueryClient, conversation: string) {
  window.clearTimeout(pending.get(conversation))
  pending.set(
    conversation,
    window.setTimeout(() => {
      pending.delete(conversation)
      void client.invalidateQueries({ queryKey: ['conversation', conversation] })
      void client.invalidateQueries({ queryKey: ['conversations'] })
      void client.invalidateQueries({ queryKey: ['flows'] })
    }, settle),
  )
}

function receive(options: Options, kind: 'turn' | 'delivery' | 'reset', data: string) {
  const { client, me } = options
  if (kind === 'reset') {
    void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
    return
  }
  if (kind === 'delivery') {
    const news = JSON.parse(data) as Delivery
    client.setQueryData(conversationQuery(news.conversation).queryKey, (view) => view && applyDelivery(view, news))
    return
  }
  const raw = JSON.parse(data) as Turn
  const turn: Turn = { ...raw, owner: parseOwner(raw.owner), entries: raw.entries ?? [] }
  const waiting = client.getQueryData<Chat[]>(['chats', 'queue'])
  void client.cancelQueries({ queryKey: ['conversation', turn.conversation] })
  if (turn.chat) {
    storeChat(client, turn.chat, me)
    if (turn.chat.state === 'queued' && waiting && !waiting.some((chat) => chat.id === turn.chat?.id)) options.onWaiting(turn.chat)
    if (turn.chat.state === 'active' && turn.chat.agent === me && turn.entries.some((entry) => entry.kind === 'contact')) options.onWrote(turn.chat)
  }
  client.setQueryData(conversationQuery(turn.conversation).queryKey, (view) => view && applyTurn(view, turn))
  refreshSoon(client, turn.conversation)
}
