import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import i18next from 'i18next'
import { Inbox, MessagesSquare, Workflow, type LucideIcon } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { chatsQuery, sessionQuery } from '../api/queries'
import { follow } from '../api/stream'
import type { User } from '../api/types'
import { pickLanguage, speak } from '../i18n'
import { UserMenu } from '../parts/UserMenu'
import { contactName } from '../parts/names'
import { announcement, live, overlay, useKeys, useSignal } from '../state'
import { sessionEnded } from '../router'
import { Mark } from './Door'

const Palette = lazy(() => import('../parts/Palette').then((file) => ({ default: file.Palette })))
const Shortcuts = lazy(() => import('../parts/Shortcuts').then((file) => ({ default: file.Shortcuts })))

const shellKeys = {
  'mod+k': () => overlay.set(overlay.get() === 'palette' ? 'none' : 'palette'),
  '?': () => overlay.set('keys'),
}

/** The frame of every page for people who are signed in: the rail, live updates, what the keyboard opens. */
export function Shell() {
  const session = useQuery(sessionQuery)
  if (!session.data) return null
  return <Signed user={session.data} />
}

function Signed({ user }: { user: User }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const open = useSignal(overlay)
  const waiting = useQuery(chatsQuery('queue')).data?.length ?? 0
  // On a phone a conversation has the whole screen.
  const reading = useLocation({ select: (location) => /^\/(chat|conversations)\/./.test(location.pathname) })
  useKeys(shellKeys)

  useEffect(() => {
    void speak(pickLanguage([user.language, ...navigator.languages])).catch(() => undefined)
  }, [user.language])

  useEffect(
    () =>
      follow({
        client,
        me: user.id,
        onState: (state) => live.set(state),
        onWaiting: (chat) => announcement.set(i18next.t('inbox.arrived', { name: contactName(i18next.t, chat.contactName, chat.contact) })),
        onWrote: (chat) => announcement.set(i18next.t('inbox.returned', { name: contactName(i18next.t, chat.contactName, chat.contact) })),
      }),
    [client, user.id],
  )

  return (
    <div className="flex h-full flex-col md:flex-row">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-surface focus:p-2">
        {t('app.skip')}
      </a>
      <nav
        aria-label={t('nav.main')}
        className={`order-last flex shrink-0 items-center justify-around border-line pb-[env(safe-area-inset-bottom)] max-md:border-t ${reading ? 'max-md:hidden' : ''} md:order-first md:w-26 md:flex-col md:justify-start md:gap-1 md:border-r md:py-3`}
      >
        <span className="mb-3 max-md:hidden">
          <Mark />
        </span>
        <Place to="/" at={/^\/($|chat\/)/} icon={Inbox} label={t('nav.inbox')} count={waiting} />
        <Place to="/conversations" at={/^\/conversations/} icon={MessagesSquare} label={t('nav.conversations')} />
        <Place to="/flows" at={/^\/flows/} icon={Workflow} label={t('nav.flows')} />
        <span className="md:mt-auto" />
        <UserMenu user={user} onSignedOut={sessionEnded} />
      </nav>
      <main id="content" tabIndex={-1} className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-surface outline-none">
        <LostBanner />
        <Outlet />
      </main>
      <Suspense fallback={null}>
        {open === 'palette' && <Palette user={user} />}
        {open === 'keys' && <Shortcuts />}
      </Suspense>
    </div>
  )
}

function Place({ to, at, icon: Icon, label, count = 0 }: { at: RegExp; to: '/' | '/conversations' | '/flows'; icon: LucideIcon; label: string; count?: number }) {
  const open = useLocation({ select: (location) => at.test(location.pathname) })
  return (
    <Link
      to={to}
      data-open={open || undefined}
      className="relative flex w-full flex-col items-center gap-0.5 px-1 py-2 text-center text-xs leading-3.5 text-muted hover:text-text data-open:font-semibold data-open:text-accent"
    >
      <Icon size={20} strokeWidth={1.75} aria-hidden />
      <span className="max-w-full text-[11px]">{label}</span>
      {count > 0 && (
        <span
          aria-hidden
          className="absolute top-1 left-[calc(50%+6px)] min-w-4.5 rounded-full bg-accent px-1 text-center text-[11px] leading-4.5 font-semibold text-on-accent"
        >
          {count > 99 ? '99+' : count}
        </span>
      )}
    </Link>
  )
}

const calm = 3_000 // ms; a connection that is back by then is not worth a word

/** Says that live updates have stopped, once that has lasted. */
function LostBanner() {
  const { t } = useTranslation()
  const lost = useSignal(live) === 'lost'
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (!lost) {
      setShown(false)
      return undefined
    }
    const timer = setTimeout(() => setShown(true), calm)
    return () => clearTimeout(timer)
  }, [lost])
  if (!shown) return null
  return (
    <p role="status" className="border-b border-line bg-note px-4 py-1.5 text-center text-sm text-note-text">
      {t('live.banner')}
    </p>
  )
}

const nobody: User = { id: '', email: '', name: '', role: 'agent', language: '' }

/** For pages inside the shell: who is signed in. Nobody for the moment in which an ended session leads to the sign-in page. */
export function useMe(): User {
  return useQuery(sessionQuery).data ?? nobody
}
