import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { chatsQuery } from '../api/queries'
import type { User } from '../api/types'
import { languages, type Language } from '../i18n'
import { actions, overlay, setTheme, useSignal } from '../state'
import { contactName } from './names'
import { Overlay } from './Overlay'
import { themes, useSetLanguage } from './UserMenu'

interface Command {
  id: string
  name: string
  run: () => void
}

const maxShown = 12

function run(command: Command | undefined) {
  if (!command) return
  overlay.set('none')
  // After the dialog has given the focus back, so that an action can take it.
  setTimeout(command.run)
}

const fold = (text: string) => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()

/** Every page, action and chat by name. */
export function Palette({ user }: { user: User }) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const commands = useCommands(user)
  const wanted = fold(words).split(/\s+/).filter(Boolean)
  const found = commands.filter((command) => wanted.every((word) => fold(command.name).includes(word))).slice(0, maxShown)
  const chosen = found[Math.min(at, found.length - 1)]

  return (
    <Overlay title={t('palette.title')} titleHidden>
      <input
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={chosen && `${listId}-${chosen.id}`}
        aria-label={t('palette.title')}
        placeholder={t('palette.placeholder')}
        className="border-b border-line bg-surface px-5 py-4 text-message outline-none"
        value={words}
        onChange={(event) => {
          setWords(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') run(chosen)
          else if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
          else return
          event.preventDefault()
        }}
      />
      <div id={listId} role="listbox" aria-label={t('palette.title')} className="overflow-y-auto p-2">
        {found.map((command) => (
          <div
            key={command.id}
            id={`${listId}-${command.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === chosen}
            onClick={() => run(command)}
            onKeyDown={(event) => event.key === 'Enter' && run(command)}
            className="cursor-pointer rounded-lg px-3 py-2 aria-selected:bg-selected"
          >
            {command.name}
          </div>
        ))}
        {found.length === 0 && <p className="px-3 py-6 text-center text-muted">{t('palette.empty')}</p>}
      </div>
    </Overlay>
  )
}

function useCommands(user: User): Command[] {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const setLanguage = useSetLanguage()
  const now = useSignal(actions)
  const chats = (['mine', 'queue'] as const).flatMap((list) => client.getQueryData(chatsQuery(list).queryKey) ?? [])
  const act = (
    [
      ['claim', now.claim, t('chat.claim')],
      ['reply', now.reply, t('composer.reply')],
      ['note', now.note, t('composer.note')],
      ['close', now.close, t('chat.closeAs')],
      ['release', now.release, t('chat.release')],
    ] as const
  ).flatMap(([id, run, name]) => (run ? [{ id, name, run }] : []))
  return [
    ...act,
    { id: 'inbox', name: t('palette.go', { page: t('nav.inbox') }), run: () => void navigate({ to: '/' }) },
    { id: 'conversations', name: t('palette.go', { page: t('nav.conversations') }), run: () => void navigate({ to: '/conversations' }) },
    { id: 'flows', name: t('palette.go', { page: t('nav.flows') }), run: () => void navigate({ to: '/flows' }) },
    ...chats.map((chat, index) => ({
      id: `chat${index}`,
      name: contactName(t, chat.contactName, chat.contact),
      run: () =>
        void navigate({ to: '/chat/$conversation', params: { conversation: chat.conversation }, search: { tab: chat.agent === user.id ? 'mine' : undefined } }),
    })),
    { id: 'keys', name: t('menu.shortcuts'), run: () => overlay.set('keys') },
    ...themes.map((one) => ({ id: `theme-${one}`, name: t('palette.theme', { name: t(`menu.${one}`) }), run: () => setTheme(one) })),
    ...Object.entries(languages).map(([code, name]) => ({
      id: `language-${code}`,
      name: t('palette.language', { name }),
      run: () => void setLanguage(code as Language),
    })),
  ]
}
