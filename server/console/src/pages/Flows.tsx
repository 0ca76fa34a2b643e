import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { ArrowLeft, ExternalLink, Maximize, Play, Users, Workflow, ZoomIn, ZoomOut } from 'lucide-react'
import { useRef, useState, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'

import { flowsQuery } from '../api/queries'
import type { Flow } from '../api/types'
import { humanise, languageName } from '../i18n/format'
import { rowClass, Rows } from '../inbox/ChatList'
import { Broken, Button, buttonClass, Empty, IconButton, RowSkeletons } from '../parts/basics'
import { authorText } from '../parts/names'
import { useTitle } from '../state'

/** How often the numbers of runs are asked for again, in milliseconds. */
const refreshEvery = 15_000

/** The flows that are loaded, and the drawing of one of them. */
export function FlowsPage() {
  const { t } = useTranslation()
  const search = useSearch({ from: '/shell/flows' })
  const query = useQuery({ ...flowsQuery, refetchInterval: refreshEvery })
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
        <Drawing key={`${open.flow} ${open.version}`} flow={open} at={query.dataUpdatedAt} />
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

/** Sizes of the drawing, as parts of its own; before the first comes the one that fits. */
const sizes = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2]

/** The size of a picture: undefined is as large as fits. */
function useZoom() {
  const [size, setSize] = useState<number>()
  const [own, setOwn] = useState(0)
  const picture = useRef<HTMLImageElement>(null)
  /** To the next of the sizes, from how large it is shown now. */
  const step = (by: 1 | -1) => {
    const shown = own > 0 && picture.current ? picture.current.getBoundingClientRect().width / own : 1
    const next = by > 0 ? sizes.find((s) => s > shown + 0.01) : sizes.findLast((s) => s < shown - 0.01)
    setSize(next ?? (by > 0 ? sizes.at(-1) : sizes[0]))
  }
  return { picture, width: size && own ? own * size : undefined, step, fit: () => setSize(undefined), loaded: setOwn }
}

/** Lets a mouse drag what is larger than its frame; a finger and the keyboard scroll anyway. */
function drag(event: PointerEvent<HTMLDivElement>) {
  if (event.pointerType !== 'mouse' || event.buttons !== 1) return
  event.currentTarget.scrollBy(-event.movementX, -event.movementY)
}

function Drawing({ flow, at }: { flow: Flow; at: number }) {
  const { t, i18n } = useTranslation()
  const [broken, setBroken] = useState(false)
  const [runs, setRuns] = useState(true)
  const { picture, width, step, fit, loaded } = useZoom()
  const title = authorText(flow.title, i18n.language, humanise(flow.flow))
  const address = `/v1/flows/${encodeURIComponent(flow.flow)}/drawing.svg?language=${i18n.language}${runs ? '&runs=true' : ''}`
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
        <Button aria-pressed={runs} onClick={() => setRuns(!runs)} className={runs ? 'border-accent text-accent' : ''}>
          <Users size={15} aria-hidden />
          {t('flows.runs')}
        </Button>
        <div className="flex">
          <IconButton icon={ZoomOut} label={t('flows.smaller')} onClick={() => step(-1)} />
          <IconButton icon={ZoomIn} label={t('flows.larger')} onClick={() => step(1)} />
          <IconButton icon={Maximize} label={t('flows.fit')} onClick={fit} />
        </div>
        <a href={address} target="_blank" rel="noopener" className={buttonClass()}>
          <ExternalLink size={15} aria-hidden />
          {t('flows.open')}
        </a>
      </header>
      {/* It scrolls, so it must be reachable by keyboard. */}
      <div
        tabIndex={0}
        role="group"
        aria-label={t('flows.drawing', { title })}
        onPointerMove={drag}
        className={`min-h-0 flex-1 overflow-auto bg-raised p-4 md:p-6 ${width ? 'cursor-grab active:cursor-grabbing' : ''}`}
      >
        {broken ? (
          <p role="alert" className="py-16 text-center text-muted">
            {t('flows.noDrawing')}
          </p>
        ) : (
          <img
            ref={picture}
            src={runs ? `${address}&at=${at}` : address}
            alt={t('flows.drawing', { title })}
            draggable={false}
            onLoad={(event) => loaded(event.currentTarget.naturalWidth)}
            onError={() => setBroken(true)}
            style={width ? { width } : undefined}
            className={`mx-auto h-auto rounded-xl ${width ? 'max-w-none' : 'max-w-full'}`}
          />
        )}
      </div>
    </section>
  )
}
