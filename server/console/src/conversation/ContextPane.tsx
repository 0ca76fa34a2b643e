import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, ChevronRight, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { flowsQuery, queuesQuery } from '../api/queries'
import type { Chat, Conversation, Packet } from '../api/types'
import { exact, humanise, languageName, soon } from '../i18n/format'
import { IconButton } from '../parts/basics'
import { authorText, term } from '../parts/names'

interface Props {
  conversation: Conversation
  packet: Packet | null
  chat: Chat | null
  name: string
  /** Whether it lies over the conversation instead of beside it. */
  covers: boolean
  onClose: () => void
}

/** What the bot knew when it handed over, and who the contact is: so that nobody asks twice. */
export function ContextPane({ conversation, packet, chat, name, covers, onClose }: Props) {
  const { t, i18n } = useTranslation()
  const { contact } = conversation
  const queues = useQuery(queuesQuery).data
  const queueTitle = (id: string) => authorText(queues?.find((queue) => queue.id === id)?.title, i18n.language, humanise(id))
  const flows = useQuery(flowsQuery).data
  const flowTitle = (id: string) => authorText(flows?.find((flow) => flow.flow === id)?.title, i18n.language, humanise(id))
  const Title = covers ? 'h1' : 'h2' // on a phone it is all there is
  const known = (code: string | undefined) => (code ? languageName(i18n.language, code) : undefined)
  return (
    <section
      id="context"
      aria-label={t('chat.details')}
      className={`flex w-full shrink-0 flex-col border-line bg-surface md:w-80 md:border-l ${covers ? 'md:absolute md:inset-y-0 md:right-0 md:z-20 md:shadow-xl' : ''}`}
    >
      <div className="flex min-h-14 items-center gap-2 border-b border-line px-2 md:pl-5">
        <IconButton icon={ArrowLeft} label={t('state.back')} onClick={onClose} className="md:hidden" />
        <Title className="flex-1 font-semibold">{t('chat.details')}</Title>
        <IconButton icon={X} label={t('chat.hideDetails')} onClick={onClose} className="max-md:hidden" />
      </div>
      {/* It scrolls, so it must be reachable by keyboard. */}
      <div tabIndex={0} role="group" aria-label={t('packet.title')} className="min-h-0 flex-1 overflow-y-auto px-5 pb-8 outline-offset-[-2px]">
        {packet ? (
          <Section title={t('packet.title')}>
            <Fact name={t('packet.why')}>{term(t, 'reason', packet.reason)}</Fact>
            {packet.summary && <Fact name={t('packet.summary')}>{packet.summary}</Fact>}
            {packet.failed && (
              <Fact name={t('packet.failed')}>
                <span className="text-bad">{packet.failed}</span>
              </Fact>
            )}
            {packet.flow && (
              <Fact name={t('packet.flow')}>
                {packet.title || humanise(packet.flow)}
                {packet.state && <span className="block text-sm text-muted">{humanise(packet.state)}</span>}
              </Fact>
            )}
            <Fact name={t('packet.queue')}>{queueTitle(packet.queue)}</Fact>
            <Fact name={t('packet.waitingSince')}>{exact(i18n.language, chat?.since ?? packet.since)}</Fact>
            {packet.language && <Fact name={t('packet.language')}>{known(packet.language)}</Fact>}
            {!!packet.outcomes?.length && <Fact name={t('packet.outcomes')}>{packet.outcomes.map((outcome) => term(t, 'outcome', outcome)).join(', ')}</Fact>}
          </Section>
        ) : (
          <p className="pt-5 text-sm text-muted">{t('packet.none')}</p>
        )}
        {packet && (
          <Section title={t('packet.slots')}>
            <Slots values={packet.slots} />
          </Section>
        )}
        {!!packet?.path?.length && (
          <Section title={t('packet.path')}>
            <ol className="flex flex-wrap items-center gap-y-1 text-sm">
              {packet.path.map((state, index) => (
                <li key={`${index}-${state}`} className="flex items-center">
                  {humanise(state)}
                  {index + 1 < (packet.path?.length ?? 0) && <ChevronRight size={13} aria-hidden className="mx-0.5 text-muted" />}
                </li>
              ))}
            </ol>
          </Section>
        )}
        <Section title={t('packet.contact')}>
          <Fact name={t('packet.name')}>{name}</Fact>
          <Fact name={t('packet.channel')}>{conversation.channel}</Fact>
          {contact.language && <Fact name={t('packet.language')}>{known(contact.language)}</Fact>}
          <Fact name={t('packet.id')}>
            <span className="text-sm break-all text-muted">{contact.id}</span>
          </Fact>
        </Section>
        {contact.attributes && Object.keys(contact.attributes).length > 0 && <Slots values={contact.attributes} />}
        {!!conversation.runs?.length && (
          <Section title={t('packet.runs')}>
            {conversation.runs.map((run) => (
              <p key={run.id} className="mt-2 text-sm first-of-type:mt-0">
                {flowTitle(run.flow)}
                {run.key && ` ${run.key}`} <span className="text-muted">· {humanise(run.state)}</span>
                {isWait(run.wait) && <span className="block text-muted">{t(`packet.waitsFor.${run.wait}`)}</span>}
                {run.next && <span className="block text-muted">{t('packet.next', { time: soon(i18n.language, run.next) })}</span>}
              </p>
            ))}
          </Section>
        )}
      </div>
    </section>
  )
}

const waits = ['ask', 'call', 'handoff', 'wait', 'run'] as const

const isWait = (wait: string | undefined): wait is (typeof waits)[number] => waits.some((one) => one === wait)

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-b border-line py-4 last:border-0">
      <h2 className="mb-2 text-sm font-semibold">{title}</h2>
      {children}
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <dl className="mt-2 first-of-type:mt-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="break-words whitespace-pre-wrap">{children}</dd>
    </dl>
  )
}

const shortValue = 60 // characters; longer values and objects are folded

/** Named values; objects are folded and shown as indented text when opened. */
function Slots({ values }: { values?: Record<string, unknown> | null }) {
  const { t } = useTranslation()
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '')
  if (entries.length === 0) return <p className="text-sm text-muted">{t('packet.noSlots')}</p>
  return (
    <dl className="flex flex-col gap-2">
      {entries.map(([name, value]) => {
        const whole = typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value)
        const first = typeof value === 'object' ? preview(value as object) : whole.slice(0, shortValue)
        return (
          <div key={name}>
            <dt className="text-xs text-muted">{humanise(name)}</dt>
            <dd className="break-words">
              {typeof value === 'object' || whole.length > shortValue ? (
                <details>
                  <summary className="truncate" title={t('packet.more')}>
                    {first}
                  </summary>
                  {/* It scrolls, so it must be reachable by keyboard. */}
                  <pre tabIndex={0} className="mt-1 max-h-72 overflow-auto rounded-lg bg-raised p-2.5 text-xs">
                    {whole}
                  </pre>
                </details>
              ) : (
                whole
              )}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

/** An object in a few words: "status: shipped, carrier: Correos, …". */
function preview(value: object): string {
  const simple = Object.entries(value).filter(([, part]) => typeof part !== 'object')
  const words = simple.slice(0, 3).map(([name, part]) => (Array.isArray(value) ? String(part) : `${name}: ${String(part)}`))
  return `${words.join(', ')}${Object.keys(value).length > words.length ? ' …' : ''}`.trim()
}
