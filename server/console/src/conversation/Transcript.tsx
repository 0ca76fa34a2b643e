import { ArrowDown } from 'lucide-react'
import { Fragment, useCallback, useEffect, useLayoutEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'

import { usePending } from '../api/outbox'
import type { Entry } from '../api/types'
import { dayName } from '../i18n/format'
import { useNow } from '../state'
import { EntryView } from './EntryView'
import { PendingView } from './PendingView'

const nearEnd = 48 // CSS pixels from the end that still count as reading the newest message
const sameBreath = 5 * 60_000 // ms within which messages of one speaker need no new heading

/**
 * The conversation as people read it. At the end it follows what arrives; further up nothing moves, and a button tells how much is
 * new. All text is written as text nodes.
 */
export function Transcript({ ref, conversation, entries, name, me }: { ref?: Ref<HTMLDivElement>; conversation: string; entries: Entry[]; name: string; me: string }) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLOListElement>(null)
  useImperativeHandle(ref, () => box.current as HTMLDivElement, [])
  const atEnd = useRef(true)
  const seen = useRef(0)
  const [fresh, setFresh] = useState(0)
  const known = new Set(entries.map((entry) => entry.id))
  const pending = usePending(conversation).filter((item) => !(item.id && known.has(item.id)))

  const toEnd = useCallback(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
    atEnd.current = true
    setFresh(0)
  }, [])

  // Before the browser paints, so that nothing is seen to jump.
  useLayoutEffect(() => {
    const arrived = Math.max(0, entries.length - seen.current)
    seen.current = entries.length
    if (atEnd.current) toEnd()
    else setFresh((count) => count + arrived)
  }, [entries.length, toEnd])

  useLayoutEffect(() => {
    if (pending.length > 0) toEnd() // one's own message is always shown
  }, [pending.length, toEnd])

  useEffect(() => {
    const keep = new ResizeObserver(() => atEnd.current && toEnd())
    if (box.current) keep.observe(box.current)
    if (content.current) keep.observe(content.current)
    return () => keep.disconnect()
  }, [toEnd])

  const scrolled = () => {
    const element = box.current
    if (!element) return
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd
    if (atEnd.current) setFresh(0)
  }

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={box}
        onScroll={scrolled}
        role="log"
        aria-label={t('chat.messages', { name })}
        // A log that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="h-full overflow-y-auto overscroll-contain px-3 outline-offset-[-2px] md:px-5"
      >
        <ol ref={content} className="mx-auto flex max-w-190 flex-col pt-4 pb-5">
          {entries.length === 0 && pending.length === 0 && <li className="py-16 text-center text-muted">{t('chat.empty')}</li>}
          {entries.map((entry, index) => {
            const before = entries[index - 1]
            const day = dayName(i18n.language, entry.at, now, t('time.today'), t('time.yesterday'))
            const newDay = !before || dayName(i18n.language, before.at, now, t('time.today'), t('time.yesterday')) !== day
            return (
              <Fragment key={entry.id}>
                {newDay && (
                  <li className="my-3 flex items-center gap-3 text-xs text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
                    {day}
                  </li>
                )}
                <EntryView
                  entry={entry}
                  headed={newDay || !continues(before, entry)}
                  chosen={entry.choices?.length ? answerTo(entries, index) : undefined}
                  name={name}
                  me={me}
                />
              </Fragment>
            )
          })}
          {pending.map((item) => (
            <PendingView key={item.key} item={item} />
          ))}
        </ol>
      </div>
      {fresh > 0 && (
        <button
          type="button"
          onClick={toEnd}
          className="arrive absolute bottom-3 left-1/2 flex min-h-9 -translate-x-1/2 items-center gap-1.5 rounded-full bg-accent px-4 text-sm font-semibold text-on-accent shadow-lg"
        >
          <ArrowDown size={15} aria-hidden />
          {t('chat.newMessages', { count: fresh })}
        </button>
      )}
    </div>
  )
}

/** Whether an entry goes on where the one before it stopped. */
export function continues(before: Entry | undefined, entry: Entry): boolean {
  return (
    before !== undefined &&
    before.kind === entry.kind &&
    before.author === entry.author &&
    before.flow === entry.flow &&
    Date.parse(entry.at) - Date.parse(before.at) < sameBreath
  )
}

/** The title of the choice that the contact pressed after a question, if any. */
export function answerTo(entries: Entry[], question: number): string | undefined {
  const answer = entries.slice(question + 1).find((entry) => entry.kind === 'contact')
  return answer?.message === 'button' ? answer.text : undefined
}

/** The shape of a conversation while it loads. */
export function TranscriptSkeleton() {
  const { t } = useTranslation()
  const widths = ['w-1/2', 'w-2/5', 'w-3/5', 'w-1/3', 'w-1/2']
  return (
    <div role="status" aria-busy="true" aria-label={t('state.loading')} className="mx-auto flex w-full max-w-190 flex-col gap-4 px-5 py-8">
      {widths.map((width, index) => (
        <span key={width + String(index)} className={`skeleton h-12 rounded-2xl ${width} ${index % 2 ? 'self-end' : ''}`} />
      ))}
    </div>
  )
}
