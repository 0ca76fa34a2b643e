/** The pages and their addresses. Filters live in the address, so that a view can be shared and survives a reload. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'

import { ApiError } from './api/client'
import { queryClient, sessionQuery } from './api/queries'
import type { OwnerKind } from './api/types'
import { InboxPage } from './pages/Inbox'
import { Crashed, NotFound } from './pages/Lost'
import { Shell } from './pages/Shell'
import { Toasts } from './parts/Toasts'

const tabs = ['queue', 'mine', 'closed'] as const
export type Tab = (typeof tabs)[number]
const owners = ['bot', 'queue', 'agent', 'phone', 'closed'] as const

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined)

export interface InboxSearch {
  tab?: Tab
  queue?: string
  q?: string
}

const inboxSearch = (search: Record<string, unknown>): InboxSearch => ({
  tab: tabs.find((tab) => tab === search.tab),
  queue: text(search.queue),
  q: text(search.q),
})

export interface ConversationsSearch {
  owner?: OwnerKind
  q?: string
}

interface LoginSearch {
  /** Where to go after signing in. */
  next?: string
  expired?: boolean
}

const conversationsSearch = (search: Record<string, unknown>): ConversationsSearch => ({
  owner: owners.find((owner) => owner === search.owner),
  q: text(search.q),
})

const root = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  notFoundComponent: NotFound,
  errorComponent: Crashed,
})

const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: lazyRouteComponent(() => import('./pages/Setup'), 'SetupPage') })

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): LoginSearch => ({ next: text(search.next), expired: search.expired === true ? true : undefined }),
  component: lazyRouteComponent(() => import('./pages/Login'), 'LoginPage'),
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ location }) => {
    try {
      return { user: await queryClient.ensureQueryData(sessionQuery) }
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        throw redirect({ to: '/login', search: { next: location.href === '/' ? undefined : location.href } })
      }
      throw error
    }
  },
  component: Shell,
})

const inbox = createRoute({ getParentRoute: () => shell, path: '/', validateSearch: inboxSearch, component: InboxPage })
const chat = createRoute({ getParentRoute: () => shell, path: '/chat/$conversation', validateSearch: inboxSearch, component: InboxPage })

const ConversationsPage = lazyRouteComponent(() => import('./pages/Conversations'), 'ConversationsPage')
const conversations = createRoute({
  getParentRoute: () => shell,
  path: '/conversations',
  validateSearch: conversationsSearch,
  component: ConversationsPage,
})
const conversation = createRoute({
  getParentRoute: () => shell,
  path: '/conversations/$conversation',
  validateSearch: conversationsSearch,
  component: ConversationsPage,
})

const flows = createRoute({
  getParentRoute: () => shell,
  path: '/flows',
  validateSearch: (search: Record<string, unknown>): { flow?: string } => ({ flow: text(search.flow) }),
  component: lazyRouteComponent(() => import('./pages/Flows'), 'FlowsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([setup, login, shell.addChildren([inbox, chat, conversations, conversation, flows])]),
  defaultPreload: 'intent',
  defaultErrorComponent: Crashed,
})

/** Leaves for the sign-in page and comes back afterwards. Called when the server no longer knows the session. */
export function sessionEnded() {
  queryClient.removeQueries({ queryKey: sessionQuery.queryKey })
  const { href, pathname } = router.state.location
  if (pathname === '/login' || pathname === '/setup') return
  void router.navigate({ to: '/login', search: { next: href === '/' ? undefined : href, expired: true } })
}

// Somebody who was not signed in has no session that could end: the shell leads to the sign-in page without a word about it.
const endsSession = (error: unknown) => {
  const signedIn = queryClient.getQueryData(sessionQuery.queryKey) !== undefined
  if (signedIn && error instanceof ApiError && error.problem === 'unauthenticated') sessionEnded()
}
queryClient.getQueryCache().config.onError = endsSession
queryClient.getMutationCache().config.onError = endsSession

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
