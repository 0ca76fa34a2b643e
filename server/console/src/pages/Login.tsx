import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { ApiError, request } from '../api/client'
import { errorText } from '../api/errors'
import { sessionQuery, setupQuery } from '../api/queries'
import type { User } from '../api/types'
import { Button } from '../parts/basics'
import { Password } from '../parts/Password'
import { useTitle } from '../state'
import { Door, Labelled } from './Door'

/** Only addresses of this console: "/chat/…", never "//elsewhere". */
const ownAddress = (next: string | undefined) => (next && /^\/(?![/\\])/.test(next) ? next : '/')

export function LoginPage() {
  const { t } = useTranslation()
  const { next, expired } = useSearch({ from: '/login' })
  const client = useQueryClient()
  const navigate = useNavigate()
  const { history } = useRouter()
  const setup = useQuery(setupQuery)
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  useTitle(`${t('login.title')} · Relevo`)

  const signIn = useMutation({
    mutationFn: () => request<{ user: User }>('POST', '/v1/session', { email, password }),
    onSuccess: ({ user }) => {
      client.clear()
      client.setQueryData(sessionQuery.queryKey, user)
      if (ownAddress(next) === '/') void navigate({ to: '/' })
      else history.push(ownAddress(next))
    },
  })
  const wrong = signIn.error instanceof ApiError && signIn.error.status === 401

  return (
    <Door title={t('login.title')}>
      {expired && !signIn.error && <p className="text-sm text-muted">{t('login.expired')}</p>}
      {setup.data?.needed && <p className="mt-2 rounded-lg bg-note p-3 text-sm text-note-text">{t('login.setup')}</p>}
      <form
        className="mt-5 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          signIn.mutate()
        }}
      >
        <Labelled id="email" label={t('login.email')}>
          <input
            id="email"
            type="email"
            autoComplete="username"
            required
            className="field"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Labelled>
        <Labelled id="password" label={t('login.password')}>
          <Password id="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        </Labelled>
        {signIn.error && (
          <p role="alert" className="rounded-lg bg-bad-ground p-3 text-sm text-bad">
            {wrong ? t('login.wrong') : errorText(t, signIn.error)}
          </p>
        )}
        <Button type="submit" look="primary" className="min-h-10" disabled={signIn.isPending}>
          {t(signIn.isPending ? 'login.busy' : 'login.submit')}
        </Button>
      </form>
    </Door>
  )
}
