import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Coffee, FilterX, Inbox, MessageSquareDashed, Archive, type LucideIcon } from 'lucide-react'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

import { chatsQuery, queuesQuery } from '../api/queries'
import type { Chat } from '../api/types'
import { ConversationPane } from '../conversation/ConversationPane'
import { ChatRow, FilterField, Rows } from '../inbox/ChatList'
import { Broken, Button, Empty, RowSkeletons } from '../parts/basics'
import { authorText, contactName, term } from '../parts/names'
import type { InboxSearch, Tab } from '../router'
import { useTitle } from '../state'

/** The inbox: a list of chats and, beside it, the one that is open. */
export function InboxPage() {
  const { t } = useTranslation()
  const { conversation } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as InboxSearch
  const waiting = useQuery(chatsQuery('queue')).data?.length
  const navigate = useNavigate()
  // The list follows the chat, so that what is open stays in sight.
  const follow = useCallback(
    (list: Tab) => void navigate({ to: '.', search: (old: InboxSearch) => ({ ...old, tab: list === 'queue' ? undefined : list }), replace: true }),
    [navigate],
  )
  useTitle(`${waiting ? `(${waiting}) ` : ''}${t('inbox.title')} · Relevo`)
  return (
    <div className="flex min-h-0 flex-1">
      <section
        aria-label={t('inbox.title')}
        className={`flex w-full shrink-0 flex-col border-line md:w-75 md:border-r lg:w-85 ${conversation ? 'max-md:hidden' : ''}`}
      >
        <ChatLists search={search} open={conversation} />
      </section>
      {conversation ? (
        <ConversationPane key={conversation} id={conversation} back={<Link to="/" search={search} />} onMoved={follow} />
      ) : (
        <div className="grid flex-1 place-items-center max-md:hidden">
          <Empty icon={MessageSquareDashed} title={t('inbox.choose')} hint={t('inbox.chooseHint')} />
        </div>
      )}
    </div>
  )
}

const tabs = ['queue', 'mine', 'closed'] as const

function ChatLists({ search, open }: { search: InboxSearch; open?: string }) {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const tab = search.tab ?? 'queue'
  const lists = { queue: useQuery(chatsQuery('queue')), mine: useQuery(chatsQuery('mine')), closed: useQuery(chatsQuery('closed')) }
  const queues = useQuery(queuesQuery).data ?? []
  const list = lists[tab]
  const queueTitle = (id: string) => authorText(queues.find((queue) => queue.id === id)?.title, i18n.language, id)

  const change = (part: Partial<InboxSearch>) =>
    void navigate({ to: '.', search: (old: InboxSearch) => ({ ...old, ...part }), replace: true })

  const words = (search.q ?? '').toLowerCase()
  const shown = list.data?.filter((chat) => (!search.queue || chat.queue === search.queue) && (!words || haystack(chat).includes(words)))
  function haystack(chat: Chat) {
    return [contactName(t, chat.contactName, chat.contact), chat.summary, term(t, 'reason', chat.reason), queueTitle(chat.queue), chat.agentName]
      .join(' ')
      .toLowerCase()
  }

  return (
    <>
      <header className="flex flex-col gap-3 px-4 pt-4 pb-3">
        <h1 className="text-lg font-semibold">{t('inbox.title')}</h1>
        <div className="flex gap-2">
          <FilterField label={t('inbox.filter')} value={search.q ?? ''} onChange={(q) => change({ q: q || undefined })} />
          {queues.length > 1 && (
            <select
              aria-label={t('inbox.queueFilter')}
              value={search.queue ?? ''}
              onChange={(event) => change({ queue: event.target.value || undefined })}
              className="min-h-9 max-w-38 rounded-lg bg-raised px-2 text-sm"
            >
              <option value="">{t('inbox.allQueues')}</option>
              {queues.map((queue) => (
                <option key={queue.id} value={queue.id}>
                  {queueTitle(queue.id)}
                </option>
              ))}
            </select>
          )}
        </div>
      </header>
      <nav aria-label={t('inbox.tabs')} className="flex border-b border-line px-2">
        {tabs.map((one) => (
          <Link
            key={one}
            to="."
            search={(old: InboxSearch) => ({ ...old, tab: one === 'queue' ? undefined : one })}
            activeOptions={{ exact: true, explicitUndefined: true }}
            data-open={one === tab || undefined}
            className="-mb-px flex items-baseline gap-1.5 border-b-2 border-transparent px-2.5 pt-1 pb-2 text-sm text-muted hover:text-text data-open:border-accent data-open:font-semibold data-open:text-text"
          >
            {t(`inbox.${one}`)}
            {one !== 'closed' && lists[one].data && <span className="text-xs font-normal">{lists[one].data.length}</span>}
          </Link>
        ))}
      </nav>
      {list.error && !list.data ? (
        <Broken error={list.error} retry={() => void list.refetch()} />
      ) : !shown ? (
        <RowSkeletons />
      ) : shown.length > 0 ? (
        <Rows label={t(`inbox.${tab}`)}>
          {shown.map((chat) => (
            <ChatRow key={chat.id} chat={chat} tab={tab} open={chat.conversation === open} search={search} queueTitle={queueTitle(chat.queue)} />
          ))}
        </Rows>
      ) : words || search.queue ? (
        <Empty icon={FilterX} title={t('inbox.emptyFilter')} hint={t('inbox.emptyFilterHint')}>
          <Button onClick={() => change({ q: undefined, queue: undefined })}>{t('inbox.clear')}</Button>
        </Empty>
      ) : (
        <EmptyTab tab={tab} />
      )}
    </>
  )
}

function EmptyTab({ tab }: { tab: Tab }) {
  const { t } = useTranslation()
  const icons: Record<Tab, LucideIcon> = { queue: Coffee, mine: Inbox, closed: Archive }
  const words = { queue: 'emptyQueue', mine: 'emptyMine', closed: 'emptyClosed' } as const
  return <Empty icon={icons[tab]} title={t(`inbox.${words[tab]}`)} hint={t(`inbox.${words[tab]}Hint`)} />
}
