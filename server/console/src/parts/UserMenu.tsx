import { Menu } from '@base-ui/react/menu'
import { useQueryClient } from '@tanstack/react-query'
import { BookOpen, Check, Command, Keyboard, LogOut } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { request } from '../api/client'
import { errorText } from '../api/errors'
import { sessionQuery } from '../api/queries'
import type { User } from '../api/types'
import { languages, pickLanguage, speak, type Language } from '../i18n'
import { live, overlay, setTheme, tell, theme, useSignal, type Theme } from '../state'
import { Initials } from './basics'

/** Changes the interface's language for this person, here and on the server. */
export function useSetLanguage() {
  const { t } = useTranslation()
  const client = useQueryClient()
  return async (language: Language) => {
    try {
      await speak(language)
      const { user } = await request<{ user: User }>('PATCH', '/v1/session', { language })
      client.setQueryData(sessionQuery.queryKey, user)
    } catch (error) {
      tell(`${t('error.language')} ${errorText(t, error)}`, true)
    }
  }
}

export const themes: Theme[] = ['system', 'light', 'dark']

export const menuItem =
  'flex min-h-9 cursor-default items-center gap-2.5 rounded-lg px-2.5 text-sm outline-none select-none data-highlighted:bg-raised'
export const menuPopup = 'arrive z-40 max-h-(--available-height) min-w-56 overflow-y-auto rounded-xl border border-line bg-surface p-1.5 shadow-xl outline-none'

/** Presence, language, theme, shortcuts, sign out: at the foot of the rail. */
export function UserMenu({ user, onSignedOut }: { user: User; onSignedOut: () => void }) {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const state = useSignal(live)
  const chosenTheme = useSignal(theme)
  const setLanguage = useSetLanguage()

  const signOut = async () => {
    try {
      await request('DELETE', '/v1/session')
      client.clear()
      onSignedOut()
    } catch (error) {
      tell(`${t('error.signOut')} ${errorText(t, error)}`, true)
    }
  }

  return (
    <Menu.Root>
      <Menu.Trigger title={user.name} className="relative rounded-full p-1">
        <Initials name={user.name || user.email} />
        <span
          className={`absolute right-0.5 bottom-0.5 size-3 rounded-full border-2 border-page ${state === 'lost' ? 'bg-waiting' : 'bg-accent'}`}
        >
          <span className="sr-only">
            {t('nav.menu')}: {user.name}, {t(state === 'lost' ? 'live.off' : 'live.on')}
          </span>
        </span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="right" align="end" sideOffset={8} collisionPadding={8} className="z-40">
          <Menu.Popup className={menuPopup}>
            <div className="px-2.5 pt-1.5 pb-2">
              <p className="font-semibold">{user.name}</p>
              <p className="text-sm text-muted">{user.email}</p>
              <p className="text-sm text-muted">
                {t(`role.${user.role}`)} · {t(state === 'lost' ? 'live.off' : 'live.on')}
              </p>
            </div>
            <Line />
            <Heading>{t('menu.language')}</Heading>
            <Menu.RadioGroup value={pickLanguage([i18n.language])} onValueChange={(value) => void setLanguage(value as Language)}>
              {Object.entries(languages).map(([code, name]) => (
                <Radio key={code} value={code}>
                  <span lang={code}>{name}</span>
                </Radio>
              ))}
            </Menu.RadioGroup>
            <Line />
            <Heading>{t('menu.theme')}</Heading>
            <Menu.RadioGroup value={chosenTheme} onValueChange={(value) => setTheme(value as Theme)}>
              {themes.map((one) => (
                <Radio key={one} value={one}>
                  {t(`menu.${one}`)}
                </Radio>
              ))}
            </Menu.RadioGroup>
            <Line />
            <Menu.Item className={menuItem} onClick={() => overlay.set('palette')}>
              <Command size={16} aria-hidden className="text-muted" />
              {t('menu.palette')}
            </Menu.Item>
            <Menu.Item className={menuItem} onClick={() => overlay.set('keys')}>
              <Keyboard size={16} aria-hidden className="text-muted" />
              {t('menu.shortcuts')}
            </Menu.Item>
            <Menu.LinkItem className={menuItem} href="/docs">
              <BookOpen size={16} aria-hidden className="text-muted" />
              {t('menu.api')}
            </Menu.LinkItem>
            <Line />
            <Menu.Item className={menuItem} onClick={() => void signOut()}>
              <LogOut size={16} aria-hidden className="text-muted" />
              {t('menu.signOut')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

const Line = () => <hr className="mx-2.5 my-1.5 border-line" />
const Heading = ({ children }: { children: ReactNode }) => <p className="px-2.5 pt-1 pb-0.5 text-xs text-muted">{children}</p>

function Radio({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Menu.RadioItem value={value} closeOnClick={false} className={menuItem}>
      <span className="grid size-4 place-items-center">
        <Menu.RadioItemIndicator>
          <Check size={16} aria-hidden className="text-accent" />
        </Menu.RadioItemIndicator>
      </span>
      {children}
    </Menu.RadioItem>
  )
}
