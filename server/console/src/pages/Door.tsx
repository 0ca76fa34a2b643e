import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { languages, pickLanguage, speak, type Language } from '../i18n'
import { tell } from '../state'

/** The frame of the pages before one is signed in. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  const { t, i18n } = useTranslation()
  return (
    <main className="grid min-h-full place-items-center px-4 py-10">
      <div className="w-full max-w-96">
        <div className="mb-6 flex items-center gap-2.5">
          <Mark />
          <span className="text-lg font-semibold">{t('app.name')}</span>
        </div>
        <div className="rounded-2xl border border-line bg-surface p-6 sm:p-8">
          <h1 className="mb-1 text-xl font-semibold">{title}</h1>
          {children}
        </div>
        <label className="mt-4 flex items-center justify-center gap-2 text-sm text-muted">
          {t('menu.language')}
          <select
            value={pickLanguage([i18n.language])}
            onChange={(event) => speak(event.target.value as Language).catch(() => tell(t('error.network'), true))}
            className="rounded-md border border-line bg-surface px-2 py-1 text-text"
          >
            {Object.entries(languages).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
    </main>
  )
}

/** The sign of the product: a baton changing hands. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path d="m9 22 13.5-13.5" className="stroke-on-accent" strokeWidth="4" strokeLinecap="round" />
      <circle cx="9.5" cy="10.5" r="2.75" className="fill-on-accent" />
      <circle cx="22.5" cy="21.5" r="2.75" className="fill-on-accent" />
    </svg>
  )
}

/** A labelled field with room for a hint and what was wrong. */
export function Labelled({ id, label, hint, problem, children }: { id: string; label: string; hint?: string; problem?: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-semibold">
        {label}
      </label>
      {children}
      {problem ? (
        <p id={`${id}-hint`} className="text-sm text-bad">
          {problem}
        </p>
      ) : (
        hint && (
          <p id={`${id}-hint`} className="text-sm text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  )
}
