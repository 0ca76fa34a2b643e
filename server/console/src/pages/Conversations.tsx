import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Bot, CircleCheck, FilterX, Hourglass, MessageSquareDashed, MessagesSquare, Smartphone, UserRound, type LucideIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { conversationsQuery } from '../api/queries'
import type { ConversationRow, OwnerKind } from '../api/types'
import { ConversationPane } from '../conversation/ConversationPane'
import { duration, exact, humanise } from '../i18n/format'
import { FilterField, rowClass, Rows } from '../inbox/ChatList'
import { Broken, Button, buttonClass, Empty, RowSkeletons } from '../parts/basics'
import { contactName, ownerText } from '../parts/names'
import type { ConversationsSearch } from '../router'
import { useNow, useTitle } from '../state'
import { useMe } from './Shell'

const owners: OwnerKind[] = ['bot', 'queue', 'agent', 'phone', 'closed']
const icons: Record<OwnerKind, LucideIcon> = { bot: Bot, queue: Hourglass, agent: UserRound, phone: Smartphone, closed: CircleCheck }

/** Every conversation, by who has it. */
export function ConversationsPage() {
  const { t } = useTranslation()
  const { conversation } = useParams({ strict: false })
  const search = useSearch({ strict: false }) as ConversationsSearch
  useTitle(`${t('list.title')} · Relevo`)
  return (
    <div className="flex min-h-0 flex-1">
      <section
        aria-label={t('list.title')}
        className={`flex w-full shrink-0 flex-col border-line md:w-75 md:border-r lg:w-85 ${conversation ? 'max-md:hidden' : ''}`}
      >
        <List search={search} open={conversation} />
      </section>
      {conversation ? (
        <ConversationPane key={conversation} id={conversation} back={<Link to="/conversations" search={search} />} />
      ) : (
        <div className="grid flex-1 place-items-center max-md:hidden">
          <Empty icon={MessageSquareDashed} title={t('list.choose')} />
        </div>
      )}
    </div>
  )
}

function List({ search, open }: { search: ConversationsSearch; open?: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const query = useQuery(conversationsQuery(search.owner ?? ''))
  const words = (search.q ?? '').toLowerCase()
  const shown = query.data?.filter(
    (row) => !words || [contactName(t, row.contactName, row.contact), row.channel, row.flow, row.state].join(' ').toLowerCase().includes(words),
  )
  const change = (part: ConversationsSearch) =>
    void navigate({ to: '.', search: (old: ConversationsSearch) => ({ ...old, ...part }), replace: true })
  return (
    <>
      <header className="flex flex-col gap-3 border-b border-line px-4 pt-4 pb-3">
        <h1 className="text-lg font-semibold">{t('list.title')}</h1>
        <div className="flex gap-2">
          <FilterField label={t('list.filter')} value={search.q ?? ''} onChange={(q) => change({ q: q || undefined })} />
          <select
            aria-label={t('list.owners')}
            value={search.owner ?? ''}
            onChange={(event) => change({ owner: (event.target.value || undefined) as OwnerKind | undefined })}
            className="min-h-9 max-w-36 rounded-lg bg-raised px-2 text-sm"
          >
            <option value="">{t('list.all')}</option>
            {owners.map((owner) => (
              <option key={owner} value={owner}>
                {t(`owner.${owner}`)}
              </option>
            ))}
          </select>
        </div>
      </header>
      {query.error && !query.data ? (
        <Broken error={query.error} retry={() => void query.refetch()} />
      ) : !shown ? (
        <RowSkeletons />
      ) : shown.length > 0 ? (
        <Rows label={t('list.title')}>
          {shown.map((row) => (
            <Row key={row.id} row={row} open={row.id === open} search={search} />
          ))}
        </Rows>
      ) : words || search.owner ? (
        <Empty icon={FilterX} title={t('inbox.emptyFilter')} hint={t('inbox.emptyFilterHint')}>
          <Button onClick={() => change({ q: undefined, owner: undefined })}>{t('inbox.clear')}</Button>
        </Empty>
      ) : (
        <Empty icon={MessagesSquare} title={t('list.empty')} hint={t('list.emptyHint')}>
          <a href="/webchat" target="_blank" rel="noopener" className={buttonClass()}>
            {t('list.tryIt')}
          </a>
        </Empty>
      )}
    </>
  )
}

function Row({ row, open, search }: { row: ConversationRow; open: boolean; search: ConversationsSearch }) {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const now = useNow()
  const Icon = icons[row.owner.kind]
  return (
    <li className="lazy-row">
      <Link
        data-row
        to="/conversations/$conversation"
        params={{ conversation: row.id }}
        search={search}
        activeOptions={{ includeSearch: false }}
        data-open={open || undefined}
        className={rowClass}
      >
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 truncate font-semibold">{contactName(t, row.contactName, row.contact)}</span>
          <span title={t('list.updated', { time: exact(i18n.language, row.updatedAt) })} className="ml-auto shrink-0 text-sm text-muted">
            {duration(i18n.language, now - Date.parse(row.updatedAt), t('time.lessThanMinute'))}
          </span>
        </span>
        {row.flow && (
          <span className="mt-0.5 block truncate text-sm">
            {humanise(row.flow)}
            {row.state && <span className="text-muted"> · {humanise(row.state)}</span>}
          </span>
        )}
        <span className={`mt-1 flex items-center gap-2 text-xs ${row.owner.kind === 'queue' ? 'text-waiting' : 'text-muted'}`}>
          <span className="flex items-center gap-1">
            <Icon size={13} aria-hidden />
            {ownerText(t, row.owner, row.ownerName, me.id)}
          </span>
          <span className="text-muted">{row.channel}</span>
        </span>
      </Link>
    </li>
  )
}
