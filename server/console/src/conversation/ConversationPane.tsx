import { useQuery, useQueryClient } from '@tanstack/react-query'
import { cloneElement, useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { flushSync } from 'react-dom'
import { useTranslation } from 'react-i18next'

import type { ChatList } from '../api/cache'
import { ApiError } from '../api/client'
import { errorText } from '../api/errors'
import type { Mode } from '../api/outbox'
import { conversationQuery, useChatAction } from '../api/queries'
import type { Chat, ConversationView } from '../api/types'
import { Broken } from '../parts/basics'
import { contactName, term } from '../parts/names'
import { useMe } from '../pages/Shell'
import { actions, announcement, tell, useKeys, useWide } from '../state'
import { barrierText, Composer } from './Composer'
import { ContextPane } from './ContextPane'
import { Header } from './Header'
import { Transcript, TranscriptSkeleton } from './Transcript'

const contextKey = 'relevo.context'
const roomForContext = 1180 // CSS pixels; below, the context pane covers the conversation

interface Props {
  id: string
  /** A link to the list, for narrow screens. */
  back: ReactElement
  /** Called when the chat went to another list by what the person did here. */
  onMoved?: (list: ChatList) => void
}

/** One conversation: header, transcript, composer, and the context beside it. */
export function ConversationPane({ id, back, onMoved }: Props) {
  const { t } = useTranslation()
  const query = useQuery(conversationQuery(id))
  if (query.data) return <Loaded view={query.data} back={back} onMoved={onMoved} />
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <div className="flex min-h-14 items-center border-b border-line px-3 md:hidden">{cloneElement(back, { className: 'p-2 text-sm' } as object, t('state.back'))}</div>
      {query.error ? <Broken error={query.error} retry={() => void query.refetch()} /> : <TranscriptSkeleton />}
    </div>
  )
}

function Loaded({ view, back, onMoved }: { view: ConversationView; back: ReactElement; onMoved?: Props['onMoved'] }) {
  const { conversation, chat, packet, entries } = view
  const { t } = useTranslation()
  const me = useMe()
  const name = contactName(t, conversation.contact.name ?? chat?.contactName, conversation.contact.id)
  const mine = chat?.state === 'active' && chat.agent === me.id
  const wide = useWide(roomForContext)
  const [context, setContext] = useContextOpen(wide)
  const [mode, setMode] = useState<Mode>('reply')
  const field = useRef<HTMLTextAreaElement>(null)
  const closer = useRef<HTMLButtonElement>(null)
  const log = useRef<HTMLDivElement>(null)

  const write = useCallback((next: Mode) => {
    flushSync(() => setMode(next)) // the field must be there before the next key is pressed
    field.current?.focus()
  }, [])
  // What had the focus (a row, a button) is gone once the chat has moved; the messages are where people go on.
  const moved = useCallback(
    (list?: ChatList) => {
      if (list) onMoved?.(list)
      if (document.activeElement !== field.current) log.current?.focus({ preventScroll: true })
    },
    [onMoved],
  )
  const { claim, release, close } = useActions(chat, me, moved)

  const can = useMemo(
    () => ({
      claim: chat?.state === 'queued' ? claim : undefined,
      release: mine ? release : undefined,
      reply: mine ? () => write('reply') : undefined,
      note: chat && chat.state !== 'closed' ? () => write('note') : undefined,
      close: mine ? () => closer.current?.click() : undefined, // as with Enter on it: the first outcome has the focus
    }),
    [chat, mine, claim, release, write],
  )
  useEffect(() => {
    actions.set(can)
    return () => actions.set({})
  }, [can])
  useKeys({ a: () => can.claim?.(), r: () => can.reply?.(), n: () => can.note?.(), e: () => can.close?.() })

  return (
    <>
      <section aria-label={name} className={`flex min-w-0 flex-1 flex-col ${context && !wide ? 'max-md:hidden' : ''}`}>
        <Header
          view={view}
          name={name}
          me={me.id}
          back={back}
          can={can}
          closer={closer}
          onClose={close}
          context={context}
          setContext={setContext}
        />
        <Transcript ref={log} conversation={conversation.id} entries={entries} name={name} me={me.name} />
        <Composer ref={field} view={view} name={name} me={me.id} mode={mode} setMode={setMode} onClaim={can.claim} />
      </section>
      {context && <ContextPane conversation={conversation} packet={packet} chat={chat} name={name} covers={!wide} onClose={() => setContext(false)} />}
    </>
  )
}

/** Whether the context pane is open: remembered where there is room for it, closed at first where it would cover the conversation. */
function useContextOpen(wide: boolean): [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(() => wide && localStorage.getItem(contextKey) !== 'closed')
  const before = useRef(wide)
  useEffect(() => {
    if (before.current !== wide) setOpen(wide && localStorage.getItem(contextKey) !== 'closed')
    before.current = wide
  }, [wide])
  return [
    open,
    (next) => {
      if (wide) localStorage.setItem(contextKey, next ? 'open' : 'closed')
      setOpen(next)
    },
  ]
}

/** The three things that change a chat, with their words for success and failure. */
function useActions(chat: Chat | null, me: { id: string; name: string }, onMoved: (list?: ChatList) => void) {
  const { t } = useTranslation()
  const { mutate } = useChatAction(me.id)
  const client = useQueryClient()
  return useMemo(() => {
    const failed = (what: 'claim' | 'release' | 'close') => (error: Error) => {
      if (error instanceof ApiError && error.problem === 'unauthenticated') return // the sign-in page says so
      const words = [t(`error.${what}`), errorText(t, error)]
      if (!(error instanceof ApiError && error.problem === 'conflict' && chat)) return tell(words.join(' '), true)
      return void client
        .fetchQuery({ ...conversationQuery(chat.conversation), staleTime: 0 })
        .catch(() => client.getQueryData(conversationQuery(chat.conversation).queryKey)) // a live update came first, and is in it
        .then((view) => tell([...words, view && barrierText(t, view, me.id, Date.now())].join(' '), true))
    }
    return {
      claim: () =>
        chat &&
        mutate(
          { chat, action: { path: 'claim', expected: (old) => ({ ...old, state: 'active', agent: me.id, agentName: me.name, claimedAt: new Date().toISOString() }) } },
          {
            onSuccess: () => {
              announcement.set(t('chat.claimed')) // everybody else sees it
              onMoved('mine')
            },
            onError: failed('claim'),
          },
        ),
      release: () =>
        chat &&
        mutate(
          { chat, action: { path: 'release', expected: (old) => ({ ...old, state: 'queued', agent: undefined, agentName: undefined }) } },
          {
            onSuccess: () => {
              tell(t('chat.released'))
              onMoved('queue')
            },
            onError: failed('release'),
          },
        ),
      close: (outcome: string) =>
        chat &&
        mutate(
          { chat, action: { path: 'close', body: { outcome }, expected: (old) => ({ ...old, state: 'closed', outcome, closedAt: new Date().toISOString() }) } },
          {
            onSuccess: () => {
              tell(t('chat.closed', { outcome: term(t, 'outcome', outcome) }))
              onMoved()
            },
            onError: failed('close'),
          },
        ),
    }
  }, [chat, client, me.id, me.name, mutate, onMoved, t])
}
