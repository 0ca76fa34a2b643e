import { Link } from '@tanstack/react-router'
import { Compass, CircleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { ApiError } from '../api/client'
import { Broken, Button, buttonClass, Empty } from '../parts/basics'

/** An address that leads nowhere. */
export function NotFound() {
  const { t } = useTranslation()
  return (
    <main>
      <h1 className="sr-only">{t('state.notFound')}</h1>
      <Empty icon={Compass} title={t('state.notFound')} hint={t('state.notFoundHint')}>
        <Link to="/" className={buttonClass()}>
          {t('state.toInbox')}
        </Link>
      </Empty>
    </main>
  )
}

const reload = () => window.location.reload()

/** A page that could not start, or stopped. */
export function Crashed({ error }: { error: unknown }) {
  const { t } = useTranslation()
  if (error instanceof ApiError) {
    return (
      <main>
        <Broken error={error} retry={reload} />
      </main>
    )
  }
  return (
    <main role="alert">
      <Empty icon={CircleAlert} title={t('state.crashed')} hint={t('state.crashedHint')}>
        <Button onClick={reload}>{t('state.reload')}</Button>
      </Empty>
    </main>
  )
}
