import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { ArrowLeft, ExternalLink, Play, Workflow } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { flowsQuery } from '../api/queries'
import type { Flow } from '../api/types'
import { humanise, languageName } from '../i18n/format'
import { rowClass, Rows } from '../inbox/ChatList'
import { Broken, buttonClass, Empty, RowSkeletons } from '../parts/basics'
import { authorText } from '../parts/names'
import { useTitle } from '../state'

/** The flows that are loaded, and the drawing of one of them. */
export function FlowsPage() {
  const { t } = useTranslation()
  const search = useSearch({ from: '/shell/flows' })
  const query = useQuery(flowsQuery)
  const open = query.data?.find((flow) => flow.flow === search.flow)
  useTitle(`${t('flows.title')} · Relevo`)
  return (
    <div className="flex min-h-0 flex-1">
      <section aria-label={t('flows.title')} className={`flex w-full shrink-0 flex-col border-line md:w-75 md:border-r lg:w-85 ${open ? 'max-md:hidden' : ''}`}>
        <header className="border-b border-line p-4">
          <h1 className="text-lg font-semibold">{t('flows.title')}</h1>
        </header>
        {query.error && !query.data ? (
          <Broken error={query.error} retry={() => void query.refetch()} />
        ) : !query.data ? (
          <RowSkeletons />
        ) : query.data.length === 0 ? (
          <Empty icon={Workflow} title={t('flows.empty')} hint={t('flows.emptyHint')} />
        ) : (
          <Rows label={t('flows.title')}>
            {query.data.map((flow) => (
              <Row key={flow.flow} flow={flow} open={flow === open} />
            ))}
          </Rows>
        )}
      </section>
      {open ? (
        <Drawing key={`${open.flow} ${open.version}`} flow={open} />
      ) : (
        <div className="grid flex-1 place-items-center max-md:hidden">{!!query.data?.length && <Empty icon={Workflow} title={t('flows.choose')} />}</div>
      )}
    </div>
  )
}

/** The first twelve characters of a version's hash, as people compare them. */
const shortVersion = (version: string) => version.replace(/^sha256:/, '').slice(0, 12)
const stateCount = (flow: Flow) => (typeof flow.states === 'number' ? flow.states : (flow.states?.length ?? 0))

function Row({ flow, open }: { flow: Flow; open: boolean }) {
  const { t, i18n } = useTranslation()
  return (
    <li>
      <Link data-row to="/flows" search={{ flow: flow.flow }} data-open={open || undefined} className={rowClass}>
        <span className="block font-semibold">{authorText(flow.title, i18n.language, humanise(flow.flow))}</span>
        <span className="mt-0.5 block font-mono text-xs text-muted">{flow.flow}</span>
        <span className="mt-1 flex flex-wrap items-center gap-x-3 text-xs text-muted">
          <span className={`flex items-center gap-1 ${flow.running > 0 ? 'font-semibold text-accent' : ''}`}>
            <Play size={12} aria-hidden />
            {t('flows.running', { count: flow.running })}
          </span>
          <span>{t('flows.states', { count: stateCount(flow) })}</span>
          <span className="uppercase">{flow.languages?.join(' ')}</span>
        </span>
      </Link>
    </li>
  )
}

function Drawing({ flow }: { flow: Flow }) {
  const { t, i18n } = useTranslation()
  const [broken, setBroken] = useState(false)
  const title = authorText(flow.title, i18n.language, humanise(flow.flow))
  const address = `/v1/flows/${encodeURIComponent(flow.flow)}/drawing.svg?language=${i18n.language}`
  return (
    <section aria-label={title} className="flex min-w-0 flex-1 flex-col">
      <header className="flex min-h-14 flex-wrap items-center gap-3 border-b border-line px-2 py-2 md:px-5">
        <Link to="/flows" aria-label={t('state.back')} className="grid size-9 place-items-center rounded-lg text-muted hover:bg-raised md:hidden">
          <ArrowLeft size={19} aria-hidden />
        </Link>
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">{title}</h2>
          <p className="text-sm text-muted">
            {t('flows.version')} <span className="font-mono text-xs" title={flow.version}>{shortVersion(flow.version)}</span>
            {!!flow.languages?.length && ` · ${flow.languages.map((code) => languageName(i18n.language, code)).join(', ')}`}
          </p>
        </div>
        <a href={address} target="_blank" rel="noopener" className={buttonClass()}>
          <ExternalLink size={15} aria-hidden />
          {t('flows.open')}
        </a>
      </header>
      {/* It scrolls, so it must be reachable by keyboard. */}
      <div tabIndex={0} role="group" aria-label={t('flows.drawing', { title })} className="min-h-0 flex-1 overflow-auto bg-raised p-4 md:p-6">
        {broken ? (
          <p role="alert" className="py-16 text-center text-muted">
            {t('flows.noDrawing')}
          </p>
        ) : (
          <img src={address} alt={t('flows.drawing', { title })} onError={() => setBroken(true)} className="mx-auto h-auto max-w-full rounded-xl" />
        )}
      </div>
    </section>
  )
}
