import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { chatsQuery, conversationQuery } from './queries'
import { follow } from './stream'
import type { Chat, ConversationView, Turn } from './types'

/** The browser's EventSource, played by the test. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2
  static opened: FakeSource[] = []
  readyState = 0
  constructor(readonly url: string) {
    super()
    FakeSource.opened.push(this)
  }
  close() {
    this.readyState = FakeSource.CLOSED
  }
  open() {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }
  say(kind: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }))
  }
  fail(readyState: number) {
    this.readyState = readyState
    this.dispatchEvent(new Event('error'))
  }
}

const chat: Chat = {
  id: 'c1/7/1',
  conversation: 'c1',
  channel: 'web',
  contact: 'k1',
  queue: 'orders',
  state: 'queued',
  priority: 1,
  since: '2026-03-02T09:00:00Z',
  reason: 'asked',
}

const view: ConversationView = {
  conversation: { id: 'c1', channel: 'web', contact: { id: 'k1' }, owner: { kind: 'bot' }, epoch: 1, seq: 6, window: { limited: false } },
  chat: null,
  packet: null,
  entries: [],
}

const turn = (part: Partial<Omit<Turn, 'owner'>> & { owner: string }) => ({ conversation: 'c1', seq: 7, chat: null, entries: [], ...part })

let client: QueryClient
let stop: () => void
const onState = vi.fn<(state: string) => void>()
const onWaiting = vi.fn<(chat: Chat) => void>()
const onWrote = vi.fn<(chat: Chat) => void>()
const source = () => FakeSource.opened.at(-1) as FakeSource

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeSource)
  FakeSource.opened = []
  vi.clearAllMocks()
  client = new QueryClient()
  client.setQueryData(chatsQuery('queue').queryKey, [])
  client.setQueryData(chatsQuery('mine').queryKey, [])
  client.setQueryData(conversationQuery('c1').queryKey, view)
  stop = follow({ client, me: 'me', onState, onWaiting, onWrote })
})
afterEach(() => {
  stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the live stream', () => {
  it('puts a chat that was handed over into the queue and announces it once', () => {
    source().open()
    source().say('turn', turn({ owner: 'queue', chat, entries: [{ id: 'e', seq: 7, at: chat.since, kind: 'system', code: 'handoff' }] }))
    source().say('turn', turn({ owner: 'queue', chat, seq: 8 }))
    expect(client.getQueryData(chatsQuery('queue').queryKey)?.map((one) => one.id)).toEqual([chat.id])
    expect(client.getQueryData(conversationQuery('c1').queryKey)).toMatchObject({ conversation: { seq: 8, owner: { kind: 'queue' } }, entries: [{ id: 'e' }] })
    expect(onWaiting).toHaveBeenCalledTimes(1)
  })

  it('moves a chat that this person claimed elsewhere', () => {
    source().say('turn', turn({ owner: 'queue', chat }))
    source().say('turn', turn({ owner: 'agent:me', chat: { ...chat, state: 'active', agent: 'me' }, seq: 8 }))
    expect(client.getQueryData(chatsQuery('queue').queryKey)).toEqual([])
    expect(client.getQueryData(chatsQuery('mine').queryKey)).toHaveLength(1)
  })

  it('tells when the contact of an own chat writes', () => {
    const entries = [{ id: 'e', seq: 7, at: chat.since, kind: 'contact' as const, text: 'hello?' }]
    source().say('turn', turn({ owner: 'agent:me', chat: { ...chat, state: 'active', agent: 'me' }, entries }))
    expect(onWrote).toHaveBeenCalledTimes(1)
  })

  it('leaves a short break to the browser, which resumes by itself', () => {
    source().open()
    source().fail(0)
    expect(onState.mock.calls.map(([state]) => state)).toEqual(['live', 'lost'])
    vi.advanceTimersByTime(60_000)
    expect(FakeSource.opened).toHaveLength(1)
  })

  it('connects again with growing waits when the server closed it, and reads everything again', () => {
    const read = vi.spyOn(client, 'invalidateQueries')
    source().open()
    source().fail(FakeSource.CLOSED)
    vi.advanceTimersByTime(1_000)
    expect(FakeSource.opened).toHaveLength(2)
    source().fail(FakeSource.CLOSED)
    vi.advanceTimersByTime(999) // at least half of the second wait of 2 s
    expect(FakeSource.opened).toHaveLength(2)
    vi.advanceTimersByTime(1_001)
    expect(FakeSource.opened).toHaveLength(3)
    read.mockClear()
    source().open()
    expect(read).toHaveBeenCalledTimes(1)
    expect(onState).toHaveBeenLastCalledWith('live')
  })

  it('stops when it is told to', () => {
    stop()
    expect(source().readyState).toBe(FakeSource.CLOSED)
    vi.advanceTimersByTime(60_000)
    expect(FakeSource.opened).toHaveLength(1)
  })
})
