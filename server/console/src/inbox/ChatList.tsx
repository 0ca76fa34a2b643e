import { Link } from '@tanstack/react-router'
import { ChevronsDown, ChevronsUp, CircleCheck, Clock3, Hourglass, Search, UserRound, type LucideIcon } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { Chat } from '../api/types'
import { duration, exact } from '../i18n/format'
import { contactName, term } from '../parts/names'
import type { InboxSearch, Tab } from '../router'
import { useKeys, useNow } from '../state'

/** The field above a list; "/" goes there, Escape leaves it. */
export function FilterField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  useKeys({ '/': () => field.current?.focus() })
  return (
    <div className="relative min-w-0 flex-1">
      <Search size={15} aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 text-muted" />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && field.current?.blur()}
        className="min-h-9 w-full rounded-lg bg-raised pr-2 pl-8 text-sm outline-offset-0"
      />
    </div>
  )
}

/** A list whose rows are links; J and K move the focus among them. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  const list = useRef<HTMLUListElement>(null)
  const move = (by: number) => {
    const rows = [...(list.current?.querySelectorAll<HTMLAnchorElement>('a[data-row]') ?? [])]
    if (rows.length === 0) return
    const focused = rows.indexOf(document.activeElement as HTMLAnchorElement)
    const from = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute('data-open'))
    rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + by))]?.focus()
  }
  useKeys({ j: () => move(1), k: () => move(-1) })
  return (
    <ul ref={list} aria-label={label} className="min-h-0 flex-1 overflow-y-auto">
      {children}
    </ul>
  )
}

export const rowClass =
  'block border-b border-line px-4 py-3 outline-offset-[-2px] hover:bg-raised data-open:bg-selected focus-visible:outline-2'

/** One chat of the inbox. */
export function ChatRow({ chat, tab, open, search, queueTitle }: { chat: Chat; tab: Tab; open: boolean; search: InboxSearch; queueTitle: string }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const row = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    if (open) row.current?.scrollIntoView({ block: 'nearest' })
  }, [open])
  const name = contactName(t, chat.contactName, chat.contact)
  const at = tab === 'closed' ? (chat.closedAt ?? chat.since) : chat.since
  const age = duration(i18n.language, now - Date.parse(at), t('time.lessThanMinute'))
  return (
    <li className="lazy-row">
      <Link
        ref={row}
        data-row
        to="/chat/$conversation"
        params={{ conversation: chat.conversation }}
        search={search}
        activeOptions={{ includeSearch: false }}
        data-open={open || undefined}
        className={rowClass}
      >
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 truncate font-semibold">{name}</span>
          <Priority value={chat.priority} />
          <Age tab={tab} text={age} title={t(tab === 'closed' ? 'inbox.closedAt' : 'inbox.since', { time: exact(i18n.language, at) })} />
        </span>
        <span className="mt-0.5 line-clamp-2 text-sm text-text">{chat.summary || term(t, 'reason', chat.reason)}</span>
        <span className="mt-1 flex items-center gap-2 text-xs text-muted">
          <span className="truncate">{queueTitle}</span>
          {chat.language && <span className="rounded border border-line px-1 uppercase">{chat.language}</span>}
          {tab === 'closed' && chat.outcome && <Sign icon={CircleCheck} text={term(t, 'outcome', chat.outcome)} />}
          {tab === 'closed' && chat.agentName && <Sign icon={UserRound} text={chat.agentName} />}
        </span>
      </Link>
    </li>
  )
}

function Age({ tab, text, title }: { tab: Tab; text: string; title: string }) {
  const Icon = tab === 'queue' ? Hourglass : Clock3
  return (
    <span title={title} className={`ml-auto flex shrink-0 items-center gap-1 text-sm ${tab === 'queue' ? 'text-waiting' : 'text-muted'}`}>
      <Icon size={13} aria-hidden />
      {text}
    </span>
  )
}

function Priority({ value }: { value: number }) {
  const { t } = useTranslation()
  if (value === 1) return null
  const high = value > 1
  const Icon = high ? ChevronsUp : ChevronsDown
  const label = t(high ? 'inbox.high' : 'inbox.low')
  return (
    <span title={label} className={`self-center ${high ? 'text-bad' : 'text-muted'}`}>
      <Icon size={16} aria-hidden />
      <span className="sr-only">{label}</span>
    </span>
  )
}

function Sign({ icon: Icon, text }: { icon: LucideIcon; text: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <Icon size={13} aria-hidden className="shrink-0" />
      <span className="truncate">{text}</span>
    </span>
  )
}
