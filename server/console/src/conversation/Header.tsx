import { Menu } from '@base-ui/react/menu'
import { ArrowLeft, Bot, CircleCheck, CircleCheckBig, Hourglass, PanelRight, Smartphone, Timer, Undo2, UserRound, type LucideIcon } from 'lucide-react'
import { cloneElement, type ReactElement, type Ref } from 'react'
import { useTranslation } from 'react-i18next'

import type { ConversationView, OwnerKind } from '../api/types'
import { countdown, duration, exact } from '../i18n/format'
import { Button, IconButton, Key } from '../parts/basics'
import { menuItem, menuPopup } from '../parts/UserMenu'
import { ownerText, term } from '../parts/names'
import { useNow, type Actions } from '../state'

const ownerIcons: Record<OwnerKind, LucideIcon> = { bot: Bot, queue: Hourglass, agent: UserRound, phone: Smartphone, closed: CircleCheck }

interface Props {
  view: ConversationView
  name: string
  me: string
  back: ReactElement
  can: Actions
  /** The button that opens the outcomes. */
  closer: Ref<HTMLButtonElement>
  onClose: (outcome: string) => void
  context: boolean
  setContext: (open: boolean) => void
}

/** Who it is, who has it, how long there is to answer, and what can be done. */
export function Header({ view, name, me, back, can, closer, onClose, context, setContext }: Props) {
  const { t, i18n } = useTranslation()
  const { conversation, chat, packet } = view
  const now = useNow()
  const Icon = ownerIcons[conversation.owner.kind]
  const outcomes = packet?.outcomes ?? chat?.outcomes ?? []
  const waiting = conversation.owner.kind === 'queue' && chat ? duration(i18n.language, now - Date.parse(chat.since), t('time.lessThanMinute')) : undefined
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-2 py-2 md:px-5">
      {cloneElement(
        back,
        { 'aria-label': t('state.back'), className: 'grid size-9 place-items-center rounded-lg text-muted hover:bg-raised md:hidden' } as object,
        <ArrowLeft size={19} aria-hidden />,
      )}
      <div className="min-w-0 flex-1">
        <h1 className="truncate text-base font-semibold">{name}</h1>
        <p className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
          <span>{conversation.channel}</span>
          <span className={`flex items-center gap-1 ${waiting ? 'text-waiting' : ''}`} title={waiting && chat ? t('inbox.since', { time: exact(i18n.language, chat.since) }) : undefined}>
            <Icon size={14} aria-hidden />
            {ownerText(t, conversation.owner, conversation.ownerName, me)}
            {waiting && ` ${waiting}`}
          </span>
          <Window view={view} now={now} />
        </p>
      </div>
      <div className={`flex items-center gap-1.5 max-md:order-last max-md:w-full max-md:pl-1 ${can.release ? '' : 'max-md:hidden'}`}>
        {can.claim && (
          <Button look="primary" onClick={can.claim} aria-keyshortcuts="a" className="max-md:hidden">
            {t('chat.claim')}
          </Button>
        )}
        {can.release && (
          <Button look="quiet" onClick={can.release}>
            <Undo2 size={15} aria-hidden />
            {t('chat.release')}
          </Button>
        )}
        {can.close && (
          <Menu.Root>
            <Menu.Trigger ref={closer} render={<Button aria-keyshortcuts="e" />}>
              <CircleCheckBig size={15} aria-hidden />
              {t('chat.closeChat')}
            </Menu.Trigger>
            <Menu.Portal>
              <Menu.Positioner side="bottom" align="end" sideOffset={6} collisionPadding={8} className="z-40">
                <Menu.Popup className={menuPopup} aria-label={t('chat.closeAs')}>
                  <p className="flex items-center justify-between px-2.5 py-1 text-xs text-muted">
                    {outcomes.length > 0 ? t('chat.closeAs') : t('chat.noOutcome')}
                    <Key>E</Key>
                  </p>
                  {outcomes.map((outcome) => (
                    <Menu.Item key={outcome} className={menuItem} onClick={() => onClose(outcome)}>
                      {term(t, 'outcome', outcome)}
                    </Menu.Item>
                  ))}
                </Menu.Popup>
              </Menu.Positioner>
            </Menu.Portal>
          </Menu.Root>
        )}
      </div>
      <IconButton
        icon={PanelRight}
        label={t(context ? 'chat.hideDetails' : 'chat.showDetails')}
        aria-expanded={context}
        aria-controls="context"
        onClick={() => setContext(!context)}
      />
    </header>
  )
}

/** How long a channel with a 24-hour window still allows free answers. */
function Window({ view, now }: { view: ConversationView; now: number }) {
  const { t, i18n } = useTranslation()
  const { limited, closesAt } = view.conversation.window
  if (!limited || !closesAt) return null
  const left = Date.parse(closesAt) - now
  const soon = left < 2 * 3_600_000
  return (
    <span className={`flex items-center gap-1 ${soon ? 'text-waiting' : ''}`} title={t('chat.windowHint', { time: exact(i18n.language, closesAt) })}>
      <Timer size={14} aria-hidden />
      {left > 0 ? t('chat.windowLeft', { time: countdown(i18n.language, left, t('time.lessThanMinute')) }) : t('chat.windowClosed')}
    </span>
  )
}
