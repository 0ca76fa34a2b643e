import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Check } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { ApiError, request } from '../api/client'
import { errorText } from '../api/errors'
import { sessionQuery, setupQuery } from '../api/queries'
import type { User } from '../api/types'
import { Broken, Button, buttonClass } from '../parts/basics'
import { Password } from '../parts/Password'
import { useTitle } from '../state'
import { Door, Labelled } from './Door'

const minPassword = 8 // characters; the server's rule
const maxPassword = 128

// The token comes in the address's fragment, which no server log sees. It is taken once and removed from the address and the history.
let token: string | undefined
function takeToken(): string {
  token ??= new URLSearchParams(window.location.hash.slice(1)).get('token') ?? ''
  return token
}

/** The first account. */
export function SetupPage() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [secret] = useState(takeToken)
  const setup = useQuery(setupQuery)
  const [form, setForm] = useState({ email: '', name: '', password: '' })
  useTitle(`${t('setup.title')} · Relevo`)

  useEffect(() => {
    if (window.location.hash) void navigate({ to: '/setup', hash: '', replace: true })
  }, [navigate])

  const create = useMutation({
    mutationFn: () => request<{ user: User }>('POST', '/v1/setup', { token: secret, ...form }),
    onSuccess: ({ user }) => {
      client.clear()
      client.setQueryData(sessionQuery.queryKey, user)
      void navigate({ to: '/', replace: true })
    },
  })

  if (setup.error) {
    return (
      <Door title={t('setup.title')}>
        <Broken error={setup.error} retry={() => void setup.refetch()} />
      </Door>
    )
  }
  if (setup.data && !setup.data.needed) {
    return (
      <Door title={t('setup.title')}>
        <p className="mt-2 mb-5 text-muted">{t('setup.done')}</p>
        <Link to="/login" className={buttonClass('primary')}>
          {t('setup.toLogin')}
        </Link>
      </Door>
    )
  }
  if (!secret) {
    return (
      <Door title={t('setup.title')}>
        <p className="mt-2 text-muted">{t('setup.noToken')}</p>
      </Door>
    )
  }

  const error = create.error instanceof ApiError ? create.error : undefined
  const finding = (field: string) => error?.findings.find((one) => one.location.split('.').pop() === field)?.message
  const byField = ['email', 'name', 'password'].some((field) => finding(field))
  const badToken = error && [401, 403, 404, 409].includes(error.status)
  const length = [...form.password].length
  const set = (field: keyof typeof form) => (event: { target: { value: string } }) => setForm({ ...form, [field]: event.target.value })

  return (
    <Door title={t('setup.title')}>
      <p className="text-muted">{t('setup.intro')}</p>
      <form
        className="mt-5 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Labelled id="name" label={t('setup.name')} hint={t('setup.nameHint')} problem={finding('name')}>
          <input
            id="name"
            autoComplete="name"
            required
            maxLength={80}
            className="field"
            aria-describedby="name-hint"
            value={form.name}
            onChange={set('name')}
          />
        </Labelled>
        <Labelled id="email" label={t('login.email')} problem={finding('email')}>
          <input
            id="email"
            type="email"
            autoComplete="username"
            required
            maxLength={254}
            className="field"
            aria-describedby="email-hint"
            value={form.email}
            onChange={set('email')}
          />
        </Labelled>
        <Labelled id="password" label={t('login.password')} hint={t('setup.passwordHint')} problem={finding('password')}>
          <Password
            id="password"
            autoComplete="new-password"
            required
            minLength={minPassword}
            maxLength={maxPassword}
            aria-describedby="password-hint"
            value={form.password}
            onChange={set('password')}
          />
          {length > 0 && (
            <p className={`flex items-center gap-1 text-sm ${length >= minPassword ? 'text-accent' : 'text-waiting'}`}>
              {length >= minPassword && <Check size={15} aria-hidden />}
              {length >= minPassword ? t('setup.passwordGood') : t('setup.passwordCount', { count: length })}
            </p>
          )}
        </Labelled>
        {error && !byField && (
          <p role="alert" className="rounded-lg bg-bad-ground p-3 text-sm text-bad">
            {badToken ? t('setup.badToken') : errorText(t, error)}
          </p>
        )}
        <Button type="submit" look="primary" className="min-h-10" disabled={create.isPending}>
          {t(create.isPending ? 'setup.busy' : 'setup.submit')}
        </Button>
      </form>
    </Door>
  )
}
