/** How live updates change what is already on the screen. Pure: old value in, new value out. */
import type { Chat, ConversationView, Delivery, DeliveryState, Entry, Turn } from './types'

/** The lists of the inbox. */
export type ChatList = 'queue' | 'mine' | 'closed'

/** The list a chat belongs to for this person; undefined when a colleague has it. */
export function listOf(chat: Chat, me: string): ChatList | undefined {
  if (chat.state === 'queued') return 'queue'
  if (chat.state === 'closed') return 'closed'
  return chat.agent === me ? 'mine' : undefined
}

// The order of the API: in the queue higher priority first, then the longest wait; active chats by their wait; closed ones newest first.
const orders: Record<ChatList, (a: Chat, b: Chat) => number> = {
  queue: (a, b) => b.priority - a.priority || Date.parse(a.since) - Date.parse(b.since) || a.id.localeCompare(b.id),
  mine: (a, b) => b.priority - a.priority || Date.parse(a.since) - Date.parse(b.since) || a.id.localeCompare(b.id),
  closed: (a, b) => Date.parse(b.closedAt ?? b.since) - Date.parse(a.closedAt ?? a.since),
}

/** The list with the chat in its place, or without it when it belongs elsewhere. */
export function placeChat(list: Chat[], name: ChatList, chat: Chat, me: string): Chat[] {
  const others = list.filter((one) => one.id !== chat.id)
  if (listOf(chat, me) !== name) return others.length === list.length ? list : others
  return [...others, chat].toSorted(orders[name])
}

/** Entries of both, each once, in the order of their turns. What arrives later under a known id replaces it. */
export function mergeEntries(known: Entry[], arrived: Entry[]): Entry[] {
  if (arrived.length === 0) return known
  const byId = new Map(known.map((entry) => [entry.id, entry]))
  for (const entry of arrived) byId.set(entry.id, entry)
  return [...byId.values()].toSorted((a, b) => a.seq - b.seq)
}

/** The open conversation after a turn. */
export function applyTurn(view: ConversationView, turn: Turn): ConversationView {
  if (turn.conversation !== view.conversation.id || turn.seq < view.conversation.seq) return view
  const chat = turn.chat ?? view.chat
  return {
    ...view,
    conversation: {
      ...view.conversation,
      seq: turn.seq,
      owner: turn.owner,
      ownerName: turn.owner.kind === 'agent' ? (chat?.agentName ?? view.conversation.ownerName) : undefined,
    },
    chat,
    entries: mergeEntries(view.entries, turn.entries),
  }
}

const progress: DeliveryState[] = ['queued', 'sent', 'delivered', 'read', 'played', 'failed', 'suppressed']

/** The open conversation after news of a message; delivery only moves forward. */
export function applyDelivery(view: ConversationView, news: Delivery): ConversationView {
  const index = view.entries.findIndex((entry) => entry.id === news.effect)
  const entry = view.entries[index]
  if (!entry) return view
  if (entry.status && progress.indexOf(news.status) < progress.indexOf(entry.status)) return view
  return { ...view, entries: view.entries.with(index, { ...entry, status: news.status, problem: news.problem }) }
}
