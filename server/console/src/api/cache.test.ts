import { describe, expect, it } from 'vitest'

import { applyDelivery, applyTurn, mergeEntries, placeChat } from './cache'
import { parseOwner } from './client'
import type { Chat, ConversationView, Entry, Turn } from './types'

const chat = (id: string, part: Partial<Chat> = {}): Chat => ({
  id,
  conversation: id,
  channel: 'web',
  contact: 'k1',
  queue: 'orders',
  state: 'queued',
  priority: 1,
  since: '2026-03-02T09:00:00Z',
  reason: 'asked',
  ...part,
})

const entry = (id: string, seq: number, part: Partial<Entry> = {}): Entry => ({ id, seq, at: '2026-03-02T09:00:00Z', kind: 'contact', text: id, ...part })

describe('placeChat', () => {
  const first = chat('first', { since: '2026-03-02T08:00:00Z' })
  const second = chat('second', { since: '2026-03-02T08:30:00Z' })

  it('puts a new chat behind those that wait longer', () => {
    expect(placeChat([first, second], 'queue', chat('new'), 'me').map((one) => one.id)).toEqual(['first', 'second', 'new'])
  })

  it('puts a higher priority first', () => {
    expect(placeChat([first, second], 'queue', chat('new', { priority: 2 }), 'me').map((one) => one.id)).toEqual(['new', 'first', 'second'])
  })

  it('takes a chat that somebody claimed out of the queue', () => {
    const claimed = { ...first, state: 'active' as const, agent: 'other' }
    expect(placeChat([first, second], 'queue', claimed, 'me')).toEqual([second])
    expect(placeChat([], 'mine', claimed, 'me')).toEqual([])
    expect(placeChat([], 'mine', claimed, 'other')).toEqual([claimed])
  })

  it('shows the chat that was closed last first', () => {
    const old = chat('old', { state: 'closed', closedAt: '2026-03-01T09:00:00Z' })
    const fresh = chat('fresh', { state: 'closed', closedAt: '2026-03-02T09:00:00Z' })
    expect(placeChat([old], 'closed', fresh, 'me')).toEqual([fresh, old])
  })
})

describe('mergeEntries', () => {
  it('keeps each entry once, in the order of the turns', () => {
    const merged = mergeEntries([entry('a', 1), entry('b', 2)], [entry('b', 2, { text: 'new' }), entry('c', 3)])
    expect(merged.map((one) => one.text)).toEqual(['a', 'new', 'c'])
  })

  it('keeps the order within a turn', () => {
    expect(mergeEntries([entry('a', 1)], [entry('z', 2), entry('b', 2)]).map((one) => one.id)).toEqual(['a', 'z', 'b'])
  })
})

describe('an open conversation', () => {
  const view: ConversationView = {
    conversation: { id: 'c1', channel: 'web', contact: { id: 'k1' }, owner: { kind: 'queue' }, epoch: 1, seq: 4, window: { limited: false } },
    chat: chat('c1'),
    packet: null,
    entries: [entry('e', 4, { kind: 'bot', status: 'delivered' })],
  }
  const turn: Turn = {
    conversation: 'c1',
    seq: 5,
    owner: parseOwner('agent:u_7'),
    chat: chat('c1', { state: 'active', agent: 'u_7', agentName: 'Ana' }),
    entries: [entry('f', 5)],
  }

  it('follows a turn', () => {
    const next = applyTurn(view, turn)
    expect(next.conversation).toMatchObject({ seq: 5, owner: { kind: 'agent', agent: 'u_7' }, ownerName: 'Ana' })
    expect(next.entries.map((one) => one.id)).toEqual(['e', 'f'])
  })

  it('ignores turns of other conversations and turns from the past', () => {
    expect(applyTurn(view, { ...turn, conversation: 'c2' })).toBe(view)
    expect(applyTurn(view, { ...turn, seq: 3 })).toBe(view)
  })

  it('moves a message forward, never back', () => {
    const read = applyDelivery(view, { conversation: 'c1', effect: 'e', status: 'read' })
    expect(read.entries[0]?.status).toBe('read')
    expect(applyDelivery(read, { conversation: 'c1', effect: 'e', status: 'sent' })).toBe(read)
    expect(applyDelivery(view, { conversation: 'c1', effect: 'unknown', status: 'read' })).toBe(view)
  })
})

it('an owner is read in both forms', () => {
  expect(parseOwner('agent:token:t1')).toEqual({ kind: 'agent', agent: 'token:t1' })
  expect(parseOwner({ kind: 'bot' })).toEqual({ kind: 'bot' })
})
