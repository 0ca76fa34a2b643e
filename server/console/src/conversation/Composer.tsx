import { Lock, SendHorizontal, StickyNote } from 'lucide-react'
import type { TFunction } from 'i18next'
import { useState, type KeyboardEvent, type Ref } from 'react'
import { useTranslation } from 'react-i18next'

import { draftKey, send, type Mode } from '../api/outbox'
import type { ConversationView } from '../api/types'
import { Button } from '../parts/basics'
import { useNow } from '../state'

/** The longest message or note, in characters; the web chat's own limit, and WhatsApp's. */
export const maxText = 4_096

interface Props {
  ref: Ref<HTMLTextAreaElement>
  view: ConversationView
  name: string
  me: string
  mode: Mode
  setMode: (mode: Mode) => void
  onClaim?: () => void
}

/** Why no reply can be written at that moment, in milliseconds; undefined when one can. */
export function barrierText(t: TFunction, view: ConversationView, me: string, now: number): string | undefined {
  const { conversation, chat } = view
  const { closesAt, limited } = conversation.window
  if (chat?.state === 'active' && chat.agent === me) {
    return limited && closesAt && Date.parse(closesAt) <= now ? t('composer.window') : undefined
  }
  if (chat?.state === 'queued') return t('composer.claimFirst')
  if (chat?.state === 'active') return t('composer.other', { name: chat.agentName || t('system.someone') })
  if (conversation.owner.kind === 'bot') return t('composer.bot')
  if (conversation.owner.kind === 'phone') return t('composer.phone')
  return t('composer.closed')
}

/** Writes to the contact, or to colleagues: two modes that can not be mistaken for each other. Each keeps its draft. */
export function Composer({ ref, view, name, me, mode, setMode, onClaim }: Props) {
  const { t } = useTranslation()
  const { conversation, chat } = view
  const barrier = barrierText(t, view, me, useNow())
  const notes = chat !== null && chat.state !== 'closed'
  const note = mode === 'note' && notes
  const current: Mode = note ? 'note' : 'reply'
  const [drafts, setDrafts] = useState<Record<Mode, string>>(() => ({
    reply: sessionStorage.getItem(draftKey(conversation.id, 'reply')) ?? '',
    note: sessionStorage.getItem(draftKey(conversation.id, 'note')) ?? '',
  }))
  const text = drafts[current]
  const over = [...text].length - maxText

  const write = (value: string) => {
    setDrafts({ ...drafts, [current]: value })
    if (value) sessionStorage.setItem(draftKey(conversation.id, current), value)
    else sessionStorage.removeItem(draftKey(conversation.id, current))
  }
  const submit = () => {
    const trimmed = text.trim()
    if (!chat || !trimmed || over > 0 || (barrier && !note)) return
    send(conversation.id, chat.id, current, trimmed)
    write('')
  }
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') event.currentTarget.blur()
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    submit()
  }

  if (barrier && !notes) return <Barrier text={barrier} />
  return (
    <form
      className={`mx-3 mb-3 rounded-xl border md:mx-5 md:mb-4 ${note ? 'border-dashed border-note-line bg-note text-note-text' : 'border-line bg-surface'}`}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div role="group" aria-label={t('composer.mode')} className="flex gap-1 px-2 pt-2">
        <ModeButton active={!note} onClick={() => setMode('reply')} label={t('composer.reply')} shortcut="r" />
        <ModeButton active={note} onClick={() => setMode('note')} label={t('composer.note')} shortcut="n" />
        {note && <span className="ml-auto self-center px-2 text-xs">{t('note.private')}</span>}
      </div>
      {barrier && !note ? (
        <div className="flex min-h-16 flex-wrap items-center gap-3 px-3.5 py-3 text-sm text-muted">
          <Lock size={15} aria-hidden className="shrink-0" />
          <span className="flex-1">{barrier}</span>
          {onClaim && (
            <Button look="primary" onClick={onClaim}>
              {t('chat.claim')}
            </Button>
          )}
        </div>
      ) : (
        <>
          <textarea
            key={current}
            ref={ref}
            rows={2}
            value={text}
            onChange={(event) => write(event.target.value)}
            onKeyDown={press}
            aria-label={t(note ? 'composer.noteLabel' : 'composer.replyLabel', { name })}
            aria-describedby="composer-hint"
            aria-invalid={over > 0}
            placeholder={t(note ? 'composer.notePlaceholder' : 'composer.replyPlaceholder', { name })}
            className={`grow-with-text block max-h-[35dvh] min-h-14 w-full resize-none bg-transparent px-3.5 py-2 text-message outline-none ${note ? 'placeholder:text-note-text' : ''}`}
          />
          <div className="flex items-center gap-3 px-2 pb-2">
            <span id="composer-hint" className={`px-1.5 text-xs ${over > 0 ? 'text-bad' : note ? '' : 'text-muted'} ${over > 0 ? '' : 'max-md:sr-only'}`}>
              {over > 0 ? t('composer.tooLong', { count: over }) : t('composer.hint')}
            </span>
            <Button type="submit" look={note ? 'note' : 'primary'} className="ml-auto" disabled={!text.trim() || over > 0}>
              {note ? <StickyNote size={15} aria-hidden /> : <SendHorizontal size={15} aria-hidden />}
              {t(note ? 'composer.save' : 'composer.send')}
            </Button>
          </div>
        </>
      )}
    </form>
  )
}

function Barrier({ text }: { text: string }) {
  return (
    <p className="flex items-center justify-center gap-2 border-t border-line px-5 py-4 text-sm text-muted">
      <Lock size={15} aria-hidden className="shrink-0" />
      {text}
    </p>
  )
}

function ModeButton({ active, onClick, label, shortcut }: { active: boolean; onClick: () => void; label: string; shortcut: string }) {
  return (
    <button
      type="button"
      aria-pressed={active}
      aria-keyshortcuts={shortcut}
      onClick={onClick}
      className={`min-h-7 rounded-md px-2.5 text-sm ${active ? 'bg-text/8 font-semibold' : 'opacity-80 hover:bg-text/5'}`}
    >
      {label}
    </button>
  )
}
