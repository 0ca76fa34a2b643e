/** The shapes of the HTTP API (base path /v1) that the console reads. Times are RFC 3339 text. */

export type Role = 'agent' | 'supervisor' | 'author' | 'admin'

export interface User {
  id: string
  email: string
  name: string
  role: Role
  /** The console's language for this person; empty for the browser's. */
  language: string
}

export type ChatState = 'queued' | 'active' | 'closed'

/** A handed-over conversation: the work item of a queue. */
export interface Chat {
  id: string
  conversation: string
  channel: string
  contact: string
  contactName?: string
  queue: string
  state: ChatState
  /** 2 high, 1 normal, 0 low. */
  priority: number
  /** The first waiting time; kept through release. */
  since: string
  agent?: string
  agentName?: string
  claimedAt?: string
  closedAt?: string
  outcome?: string
  reason: string
  lastMessage?: string
  summary?: string
  flow?: string
  flowState?: string
  language?: string
  outcomes?: string[] | null
}

/** Everything the bot knew when it handed over. */
export interface Packet {
  chat: string
  queue: string
  priority: string
  since: string
  reason: string
  summary?: string
  flow?: string
  title?: string
  state?: string
  path?: string[] | null
  slots?: Record<string, unknown> | null
  failed?: string
  language?: string
  outcomes?: string[] | null
}

export type OwnerKind = 'bot' | 'queue' | 'agent' | 'phone' | 'closed'

/** Who may speak to the contact; the agent's id only with "agent". */
export interface Owner {
  kind: OwnerKind
  agent?: string
}

export type EntryKind = 'contact' | 'bot' | 'agent' | 'phone' | 'note' | 'system'
export type DeliveryState = 'queued' | 'sent' | 'delivered' | 'read' | 'played' | 'failed' | 'suppressed'

export interface Choice {
  payload: string
  title: string
}

/** One line of a transcript. */
export interface Entry {
  id: string
  /** The turn; entries of one turn keep their order. */
  seq: number
  at: string
  kind: EntryKind
  author?: string
  text?: string
  code?: string
  choices?: Choice[] | null
  /** The kind of an entry that is not plain text. */
  message?: string
  media?: { mime?: string; filename?: string; voice?: boolean } | null
  /** What was sent to the contact, by its address. */
  file?: { url: string; name?: string } | null
  location?: { latitude: number; longitude: number; name?: string; address?: string } | null
  link?: { url: string; title: string } | null
  /** The name of an approved template that was sent as it is. */
  template?: string
  flow?: string
  state?: string
  status?: DeliveryState
  problem?: string
}

export interface Run {
  id: string
  flow: string
  /** What it is about: "CT200101". */
  key?: string
  state: string
  wait?: string
  /** When it goes on by itself. */
  next?: string
  slots?: Record<string, unknown> | null
  started: string
}

export interface Conversation {
  id: string
  channel: string
  contact: { id: string; name?: string; language?: string; attributes?: Record<string, unknown> | null }
  owner: Owner
  ownerName?: string
  epoch: number
  seq: number
  runs?: Run[] | null
  window: { limited: boolean; closesAt?: string | null }
}

/** A conversation with its transcript: what the middle and right panes show. */
export interface ConversationView {
  conversation: Conversation
  chat: Chat | null
  packet: Packet | null
  entries: Entry[]
}

export interface ConversationRow {
  id: string
  channel: string
  contact: string
  contactName?: string
  owner: Owner
  ownerName?: string
  flow?: string
  state?: string
  updatedAt: string
}

/** A text that an author wrote: one for all languages, or one for each. */
export type AuthorText = string | Record<string, string>

export interface Queue {
  id: string
  title: AuthorText
  waiting: number
  oldest?: string | null
}

export interface Flow {
  flow: string
  title: AuthorText
  version: string
  languages: string[] | null
  states: number | string[] | null
  running: number
}

/** `event: turn` of the live stream. */
export interface Turn {
  conversation: string
  seq: number
  owner: Owner
  contactName?: string
  chat: Chat | null
  entries: Entry[]
}

/** `event: delivery` of the live stream. */
export interface Delivery {
  conversation: string
  effect: string
  status: DeliveryState
  problem?: string
}
