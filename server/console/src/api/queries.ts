import { QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { placeChat, type ChatList } from './cache'
import { ApiError, parseOwner, request } from './client'
import type { Chat, ConversationRow, ConversationView, Flow, Queue, User } from './types'

/** The cache of everything read from the server. The live stream keeps it fresh; polling is only the safety net. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
})

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => request<{ user: User }>('GET', '/v1/session', undefined, signal).then((answer) => answer.user),
  staleTime: Infinity,
})

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => request<{ needed: boolean }>('GET', '/v1/setup', undefined, signal),
})

const chatFilters: Record<ChatList, string> = { queue: 'state=queued', mine: 'state=active&agent=me', closed: 'state=closed' }

/** One list of the inbox. */
export const chatsQuery = (list: ChatList) =>
  queryOptions({
    queryKey: ['chats', list],
    queryFn: ({ signal }) =>
      request<{ chats: Chat[] | null }>('GET', `/v1/chats?${chatFilters[list]}`, undefined, signal).then((answer) => answer.chats ?? []),
  })

export const queuesQuery = queryOptions({
  queryKey: ['queues'],
  queryFn: ({ signal }) => request<{ queues: Queue[] | null }>('GET', '/v1/queues', undefined, signal).then((answer) => answer.queues ?? []),
  staleTime: 300_000,
})

export const flowsQuery = queryOptions({
  queryKey: ['flows'],
  queryFn: ({ signal }) => request<{ flows: Flow[] | null }>('GET', '/v1/flows', undefined, signal).then((answer) => answer.flows ?? []),
})

/** Conversations by owner; "" is all of them. */
export const conversationsQuery = (owner: string) =>
  queryOptions({
    queryKey: ['conversations', owner],
    queryFn: ({ signal }) =>
      request<{ conversations: ConversationRow[] | null }>('GET', `/v1/conversations${owner ? `?owner=${owner}` : ''}`, undefined, signal).then(
        (answer) => (answer.conversations ?? []).map((row) => ({ ...row, owner: parseOwner(row.owner) })),
      ),
  })

/** One conversation with its transcript and handoff packet. */
export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id],
    queryFn: ({ signal }) =>
      request<ConversationView>('GET', `/v1/conversations/${encodeURIComponent(id)}`, undefined, signal).then((view) => ({
        ...view,
        conversation: { ...view.conversation, owner: parseOwner(view.conversation.owner) },
        entries: view.entries ?? [],
      })),
  })

/** The address of a chat's action. */
export const chatPath = (chat: string, action: string) => `/v1/chats/${encodeURIComponent(chat)}/${action}`

/** Puts a changed chat into every list and its conversation. */
export function storeChat(client: QueryClient, chat: Chat, me: string) {
  for (const list of ['queue', 'mine', 'closed'] as const) {
    client.setQueryData(chatsQuery(list).queryKey, (chats) => chats && placeChat(chats, list, chat, me))
  }
  client.setQueryData(conversationQuery(chat.conversation).queryKey, (view) => {
    if (!view) return view
    const owner = chat.state === 'active' ? { kind: 'agent' as const, agent: chat.agent } : chat.state === 'queued' ? { kind: 'queue' as const } : view.conversation.owner
    return { ...view, chat, conversation: { ...view.conversation, owner, ownerName: chat.state === 'active' ? chat.agentName : undefined } }
  })
}

interface ChatAction {
  path: 'claim' | 'release' | 'close'
  body?: { outcome: string }
  /** What the chat will look like; shown at once and taken back when the server refuses. */
  expected: (chat: Chat) => Chat
}

/** Claims, releases or closes a chat: on the screen at once, undone when the server says no. */
export function useChatAction(me: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ chat, action }: { chat: Chat; action: ChatAction }) =>
      request<{ chat: Chat }>('POST', chatPath(chat.id, action.path), action.body),
    onMutate: async ({ chat, action }) => {
      await client.cancelQueries({ queryKey: ['conversation', chat.conversation] })
      await client.cancelQueries({ queryKey: ['chats'] })
      storeChat(client, action.expected(chat), me)
    },
    onSuccess: ({ chat }) => storeChat(client, chat, me),
    onError: (_error, { chat }) => storeChat(client, chat, me),
    onSettled: (_data, _error, { chat }) => {
      void client.invalidateQueries({ queryKey: ['conversation', chat.conversation] })
      void client.invalidateQueries({ queryKey: ['chats'] })
    },
  })
}
