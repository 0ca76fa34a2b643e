/** The smallest parts: buttons, initials, and the states in which a view has nothing to show. */
import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { errorText } from '../api/errors'

type Look = 'primary' | 'plain' | 'quiet' | 'note'

const looks: Record<Look, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong font-semibold',
  plain: 'border border-line bg-surface hover:bg-raised',
  quiet: 'text-muted hover:bg-raised hover:text-text',
  note: 'bg-note-line text-on-note hover:brightness-95 font-semibold',
}

/** Classes of a button, for elements that only look like one. */
export function buttonClass(look: Look = 'plain'): string {
  return `inline-flex min-h-8 items-center justify-center gap-1.5 rounded-lg px-3 py-1 text-sm whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-60 ${looks[look]}`
}

export function Button({ look, className, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look }) {
  return <button type="button" className={`${buttonClass(look)} ${className ?? ''}`} {...rest} />
}

/** A button that is only an icon; its label is read aloud and shown on hover. */
export function IconButton({
  icon: Icon,
  label,
  className,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { icon: LucideIcon; label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`grid size-9 shrink-0 place-items-center rounded-lg text-muted transition-colors hover:bg-raised hover:text-text ${className ?? ''}`}
      {...rest}
    >
      <Icon size={18} aria-hidden />
    </button>
  )
}

/** A key of the keyboard. */
export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-grid min-w-5 place-items-center rounded border border-line bg-raised px-1 font-sans text-xs text-muted">{children}</kbd>
  )
}

/** A person as initials. */
export function Initials({ name }: { name: string }) {
  const letters = name
    .split(/[\s@.]+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
  return (
    <span aria-hidden className="grid size-8 place-items-center rounded-full bg-accent text-xs font-semibold text-on-accent">
      {letters || '?'}
    </span>
  )
}

/** A view without content: says why, and what comes next. */
export function Empty({ icon: Icon, title, hint, children }: { icon: LucideIcon; title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-72 flex-col items-center gap-2 px-4 py-16 text-center">
      <Icon size={28} strokeWidth={1.5} aria-hidden className="mb-1 text-muted" />
      <p className="font-semibold">{title}</p>
      {hint && <p className="text-sm text-muted">{hint}</p>}
      {children}
    </div>
  )
}

/** A view that could not be loaded: what happened, what is safe, what to do. */
export function Broken({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation()
  return (
    <div role="alert" className="mx-auto flex max-w-80 flex-col items-center gap-2 px-4 py-16 text-center">
      <CircleAlert size={28} strokeWidth={1.5} aria-hidden className="mb-1 text-bad" />
      <p className="font-semibold">{t('state.brokenTitle')}</p>
      <p className="text-sm">{errorText(t, error)}</p>
      <p className="text-sm text-muted">{t('state.brokenSafe')}</p>
      <Button onClick={retry} className="mt-2">
        {t('state.retry')}
      </Button>
    </div>
  )
}

/** The shape of a list while it loads. */
export function RowSkeletons() {
  const { t } = useTranslation()
  return (
    <div aria-busy="true" role="status" aria-label={t('state.loading')}>
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <div key={key} className="flex flex-col gap-2 border-b border-line px-4 py-3.5">
          <span className="skeleton h-3.5 w-2/5" />
          <span className="skeleton h-3 w-4/5" />
          <span className="skeleton h-3 w-1/3" />
        </div>
      ))}
    </div>
  )
}
