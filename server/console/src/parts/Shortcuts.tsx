import { useTranslation } from 'react-i18next'

import { Key } from './basics'
import { Overlay } from './Overlay'

const mac = /mac/i.test(navigator.platform)

const rows = [
  { keys: ['J', 'K'], text: 'keys.move' },
  { keys: ['Enter'], text: 'keys.open' },
  { keys: ['A'], text: 'keys.claim' },
  { keys: ['R'], text: 'keys.reply' },
  { keys: ['N'], text: 'keys.note' },
  { keys: ['E'], text: 'keys.close' },
  { keys: ['/'], text: 'keys.filter' },
  { keys: [mac ? '⌘' : 'Ctrl', 'K'], text: 'keys.palette' },
  { keys: ['?'], text: 'keys.sheet' },
  { keys: ['Esc'], text: 'keys.leave' },
] as const

/** The sheet of keyboard shortcuts. */
export function Shortcuts() {
  const { t } = useTranslation()
  return (
    <Overlay title={t('keys.title')}>
      {/* The list can be scrolled with the keyboard. */}
      <dl tabIndex={0} className="overflow-y-auto px-5 pb-5">
        {rows.map((row) => (
          <div key={row.text} className="flex items-center justify-between border-t border-line py-2 text-sm first:border-0">
            <dt>{t(row.text)}</dt>
            <dd className="flex gap-1">
              {row.keys.map((key) => (
                <Key key={key}>{key}</Key>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Overlay>
  )
}
