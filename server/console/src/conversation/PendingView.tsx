import { CircleAlert, Clock3 } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { errorText } from '../api/errors'
import { discard, retry, type Pending } from '../api/outbox'
import { clock } from '../i18n/format'
import { Button } from '../parts/basics'
import { Bubble, Heading, Ticks } from './EntryView'

/** A message or note on its way to the server, or one that did not get there. */
export function PendingView({ item }: { item: Pending }) {
  const { t, i18n } = useTranslation()
  const kind = item.mode === 'note' ? 'note' : 'agent'
  const you = t('who.you')
  return (
    <Bubble kind={kind} heading={<Heading entry={{ kind, author: you }} name="" me={you} />}>
      <p dir="auto" className="break-words whitespace-pre-wrap">{item.text}</p>
      {item.state === 'failed' ? (
        <div role="alert" className="mt-1.5 flex flex-col gap-2 border-t border-line pt-1.5 text-sm">
          <p className="flex items-start gap-1.5 text-bad">
            <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0" />
            {t('error.send')} {errorText(t, item.error)}
          </p>
          <span className="flex justify-end gap-1.5">
            <Button look="quiet" onClick={() => discard(item)}>
              {t('composer.discard')}
            </Button>
            <Button onClick={() => retry(item)}>{t('composer.retry')}</Button>
          </span>
        </div>
      ) : (
        <span className="mt-0.5 flex items-center justify-end gap-1 text-xs text-muted">
          {clock(i18n.language, item.at)}
          {item.state === 'sent' ? (
            kind === 'agent' && <Ticks status="queued" />
          ) : (
            <span title={t('status.sending')}>
              <Clock3 size={14} aria-hidden />
              <span className="sr-only">{t('status.sending')}</span>
            </span>
          )}
        </span>
      )}
    </Bubble>
  )
}
