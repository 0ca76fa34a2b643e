import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { announcement, dismissToast, toasts, useSignal } from '../state'

/** Short messages at the edge of the screen, and what is only read aloud. */
export function Toasts() {
  const { t } = useTranslation()
  const list = useSignal(toasts)
  const spoken = useSignal(announcement)
  return (
    <>
      <p className="sr-only" role="status" aria-live="polite">
        {spoken}
      </p>
      <section aria-live="polite" className="pointer-events-none fixed inset-x-3 top-16 z-50 flex flex-col items-center gap-2 md:inset-x-auto md:top-auto md:bottom-4 md:left-25 md:w-80 md:items-stretch">
        {list.map((toast) => (
          <div
            key={toast.id}
            role={toast.bad ? 'alert' : 'status'}
            className="arrive pointer-events-auto flex max-w-md items-start gap-2.5 rounded-xl border border-line bg-surface py-2.5 pr-2 pl-3.5 text-sm shadow-lg"
          >
            {toast.bad ? (
              <CircleAlert size={17} aria-hidden className="mt-px shrink-0 text-bad" />
            ) : (
              <CircleCheck size={17} aria-hidden className="mt-px shrink-0 text-accent" />
            )}
            <span className="flex-1">{toast.text}</span>
            <button
              type="button"
              aria-label={t('state.close')}
              onClick={() => dismissToast(toast.id)}
              className="-my-1 grid size-7 shrink-0 place-items-center rounded-md text-muted hover:bg-raised"
            >
              <X size={15} aria-hidden />
            </button>
          </div>
        ))}
      </section>
    </>
  )
}
