import {
  ArrowRightLeft,
  Bot,
  Check,
  CheckCheck,
  CircleAlert,
  CircleSlash,
  Clock3,
  ExternalLink,
  FileText,
  Flag,
  Image,
  LayoutTemplate,
  LogOut,
  MapPin,
  Mic,
  Paperclip,
  Smartphone,
  StickyNote,
  TriangleAlert,
  Undo2,
  UserRound,
  UserRoundCheck,
  Video,
  Zap,
  type LucideIcon,
} from 'lucide-react'
import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { DeliveryState, Entry } from '../api/types'
import { clock, exact, humanise } from '../i18n/format'
import { term } from '../parts/names'

type Speaker = Exclude<Entry['kind'], 'system'>

// Each speaker is told apart by side, icon and heading; the ground only helps.
const speakers: Record<Speaker, { icon: LucideIcon; side: string; bubble: string }> = {
  contact: { icon: UserRound, side: 'items-start', bubble: 'bg-contact rounded-bl-md' },
  bot: { icon: Bot, side: 'items-end', bubble: 'bg-bot border border-line rounded-br-md' },
  agent: { icon: UserRoundCheck, side: 'items-end', bubble: 'bg-agent rounded-br-md' },
  phone: { icon: Smartphone, side: 'items-end', bubble: 'bg-phone rounded-br-md' },
  note: { icon: StickyNote, side: 'items-stretch', bubble: 'bg-note text-note-text border border-dashed border-note-line rounded-lg' },
}

interface Props {
  entry: Entry
  /** Whether it says who speaks. */
  headed: boolean
  /** The title of the choice that the contact pressed. */
  chosen?: string
  name: string
  me: string
}

/** One line of a transcript. */
export function EntryView({ entry, headed, chosen, name, me }: Props) {
  const { t, i18n } = useTranslation()
  if (entry.kind === 'system') return <SystemLine entry={entry} me={me} />
  const choices = entry.choices ?? []
  return (
    <Bubble kind={entry.kind} heading={headed ? <Heading entry={entry} name={name} me={me} /> : undefined}>
      <Attachment entry={entry} />
      {entry.text && <p dir="auto" className="break-words whitespace-pre-wrap">{entry.text}</p>}
      {entry.link && (
        <p className="mt-1.5">
          <Outside url={entry.link.url} icon={ExternalLink}>
            {entry.link.title}
          </Outside>
        </p>
      )}
      {choices.length > 0 && (
        <ul aria-label={t('chat.offered')} className="mt-2 mb-1 flex flex-wrap gap-1.5">
          {choices.map((choice) => (
            <li
              key={choice.payload}
              className={`flex items-center gap-1 rounded-full border px-3 py-0.5 text-sm ${choice.title === chosen ? 'border-accent bg-selected font-semibold' : 'border-line text-muted'}`}
            >
              {choice.title === chosen && <Check size={14} aria-hidden className="text-accent" />}
              {choice.title}
              {choice.title === chosen && <span className="sr-only">({t('chat.chosen')})</span>}
            </li>
          ))}
        </ul>
      )}
      <span className="mt-0.5 flex items-center justify-end gap-1 text-xs text-muted">
        <time dateTime={entry.at} title={exact(i18n.language, entry.at)}>
          {clock(i18n.language, entry.at)}
        </time>
        {entry.status && <Ticks status={entry.status} />}
      </span>
      {(entry.status === 'failed' || entry.status === 'suppressed') && (
        <p className="mt-1 flex items-start gap-1.5 border-t border-line pt-1.5 text-sm text-bad">
          <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0" />
          <span>
            {t(`status.${entry.status}`)}
            {entry.problem && `: ${entry.problem}`}
          </span>
        </p>
      )}
    </Bubble>
  )
}

/** The frame of a message: side, ground and heading of its speaker. */
export function Bubble({ kind, heading, children }: { kind: Speaker; heading?: ReactNode; children: ReactNode }) {
  const look = speakers[kind]
  return (
    <li data-kind={kind} className={`flex flex-col ${heading ? 'mt-4 first:mt-0' : 'mt-1'} ${look.side}`}>
      {heading}
      <div className={`min-w-16 rounded-2xl px-3.5 py-2 text-message ${kind === 'note' ? '' : 'max-w-[min(85%,34rem)]'} ${look.bubble}`}>{children}</div>
    </li>
  )
}

/** Who speaks, with a sign of what they are. */
export function Heading({ entry, name, me }: { entry: Pick<Entry, 'kind' | 'author' | 'flow'>; name: string; me: string }) {
  const { t } = useTranslation()
  if (entry.kind === 'system') return null
  const Icon = speakers[entry.kind].icon
  const label = {
    contact: name,
    bot: entry.flow ? `${t('who.bot')} · ${humanise(entry.flow)}` : t('who.bot'),
    agent: entry.author === me ? t('who.you') : (entry.author ?? t('who.agent')),
    phone: entry.author ? `${t('who.phone')} · ${entry.author}` : t('who.phone'),
    note: `${t('who.note')} · ${entry.author === me ? t('who.you') : (entry.author ?? t('who.agent'))} · ${t('note.private')}`,
  }[entry.kind]
  return (
    <span className={`mb-1 flex items-center gap-1.5 px-1 text-xs ${entry.kind === 'note' ? 'font-semibold text-note-text' : 'text-muted'}`}>
      <Icon size={13} aria-hidden />
      {label}
    </span>
  )
}

const ticks: Record<DeliveryState, LucideIcon> = {
  queued: Clock3,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  played: CheckCheck,
  failed: CircleAlert,
  suppressed: CircleSlash,
}

/** How far a message got, as a sign and, for screen readers and on hover, as a word. */
export function Ticks({ status }: { status: DeliveryState }) {
  const { t } = useTranslation()
  const Icon = ticks[status] ?? Check
  const bad = status === 'failed' || status === 'suppressed'
  const read = status === 'read' || status === 'played'
  return (
    <span title={t(`status.${status}`)} className={bad ? 'text-bad' : read ? 'text-accent' : ''}>
      <Icon size={14} aria-hidden />
      <span className="sr-only">{t(`status.${status}`)}</span>
    </span>
  )
}

const attachments: Record<string, LucideIcon> = {
  image: Image,
  video: Video,
  audio: Mic,
  document: FileText,
  location: MapPin,
  template: LayoutTemplate,
}

/** What a message held beside text, in words and links: nothing is loaded from elsewhere. */
function Attachment({ entry }: { entry: Entry }) {
  const { t, i18n } = useTranslation()
  const kind = entry.template ? 'template' : entry.message
  if (!kind || kind === 'text' || kind === 'button') return null
  const Icon = attachments[kind] ?? Paperclip
  const key = `media.${kind === 'audio' && entry.media?.voice ? 'voice' : kind}`
  return (
    <p className="flex items-center gap-2 text-sm">
      <Icon size={16} aria-hidden className="shrink-0 text-muted" />
      <span className="font-semibold">{i18n.exists(key) ? t(key as 'media.image') : t('media.unsupported')}</span>
      {entry.media?.filename && <span className="min-w-0 truncate text-muted">{entry.media.filename}</span>}
      {entry.template && <span className="min-w-0 truncate text-muted">{entry.template}</span>}
      {entry.file && <Outside url={entry.file.url}>{entry.file.name || nameOf(entry.file.url)}</Outside>}
      {entry.location && <Outside url={mapOf(entry.location)}>{placeOf(entry.location)}</Outside>}
    </p>
  )
}

/** A link that opens elsewhere without telling where from. What is no web address stays text. */
function Outside({ url, icon: Icon, children }: { url: string; icon?: LucideIcon; children: string }) {
  if (!/^https?:\/\//i.test(url)) return <span className="min-w-0 break-words">{children}</span>
  return (
    <a href={url} target="_blank" rel="noopener noreferrer" className="inline-flex min-w-0 items-center gap-1 break-all underline underline-offset-2">
      {Icon && <Icon size={14} aria-hidden className="shrink-0" />}
      {children}
    </a>
  )
}

/** The end of a file's address, or its host. */
function nameOf(url: string): string {
  try {
    const { pathname, host } = new URL(url)
    return decodeURIComponent(pathname.split('/').pop() ?? '') || host
  } catch {
    return url
  }
}

type Place = NonNullable<Entry['location']>

const mapOf = ({ latitude, longitude }: Place) => `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`

const placeOf = ({ latitude, longitude, name, address }: Place) => [name, address].filter(Boolean).join(', ') || `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`

const happenings: Record<string, LucideIcon> = {
  handoff: ArrowRightLeft,
  claimed: UserRoundCheck,
  released: Undo2,
  closed: Flag,
  withdrawn: LogOut,
  phone: Smartphone,
  ended: Flag,
  failed: TriangleAlert,
  event: Zap,
}

/** What a system entry's text names: a queue, an outcome, a flow and its outcome, or something technical. */
function happened(t: TFunction, code: string, text: string): string {
  if (code === 'handoff') return humanise(text)
  if (code === 'closed' || code === 'withdrawn') return term(t, 'outcome', text)
  if (code !== 'ended') return text
  const [flow = '', outcome = ''] = text.split(': ')
  return outcome ? `${humanise(flow)}, ${term(t, 'outcome', outcome)}` : humanise(flow)
}

/** A change of owner, the end of a flow, a failure. */
function SystemLine({ entry, me }: { entry: Entry; me: string }) {
  const { t, i18n } = useTranslation()
  const code = entry.code ?? ''
  const Icon = happenings[code] ?? ArrowRightLeft
  const author = entry.author === me ? t('who.you') : entry.author || t('system.someone')
  const key = entry.author === me && i18n.exists(`system.${code}_you`) ? `system.${code}_you` : `system.${code}`
  const what = i18n.exists(key) ? t(key as 'system.claimed', { author }) : humanise(code)
  const detail = entry.text && happened(t, code, entry.text)
  return (
    <li data-kind="system" className={`mt-3 flex items-start justify-center gap-1.5 text-center text-sm ${code === 'failed' ? 'text-bad' : 'text-muted'}`}>
      <Icon size={14} aria-hidden className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">
        {what}
        {detail && `: ${detail}`}
        {entry.problem && ` (${entry.problem})`}
        <time dateTime={entry.at} title={exact(i18n.language, entry.at)} className="ml-2 text-xs">
          {clock(i18n.language, entry.at)}
        </time>
      </span>
    </li>
  )
}
