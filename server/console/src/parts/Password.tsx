import { Eye, EyeOff } from 'lucide-react'
import { useState, type InputHTMLAttributes } from 'react'
import { useTranslation } from 'react-i18next'

/** A password field that can be shown. */
export function Password(props: InputHTMLAttributes<HTMLInputElement>) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(false)
  const Icon = shown ? EyeOff : Eye
  return (
    <div className="relative">
      <input {...props} type={shown ? 'text' : 'password'} className="field pr-11" autoCapitalize="none" spellCheck={false} />
      <button
        type="button"
        aria-label={t(shown ? 'setup.hide' : 'setup.show')}
        onClick={() => setShown(!shown)}
        className="absolute top-0.5 right-0.5 grid size-9 place-items-center rounded-md text-muted hover:text-text"
      >
        <Icon size={17} aria-hidden />
      </button>
    </div>
  )
}
