import i18next, { type TFunction } from 'i18next'

import type { AuthorText, Owner } from '../api/types'
import { humanise } from '../i18n/format'

/** How to call a contact: the name, a phone number, or "Visitor 3f2a" from the end of the id. */
export function contactName(t: TFunction, name: string | undefined, id: string): string {
  if (name) return /^\d{8,15}$/.test(name) ? `+${name}` : name
  const tail = id.replaceAll(/[^0-9a-z]/gi, '').slice(-4)
  return t('inbox.visitor', { id: tail })
}

/** The word for a machine's term, or the term made readable: reasons and outcomes that flows invent have no translation. */
export function term(t: TFunction, group: 'reason' | 'outcome', word: string): string {
  if (group === 'reason' && word.startsWith('after:')) return t('reason.timeout')
  const key = `${group}.${word}`
  return /^[\w-]+$/.test(word) && i18next.exists(key) ? t(key as 'outcome.resolved') : humanise(word)
}

/** An author's text in the language of the interface, or in any that it has. */
export function authorText(text: AuthorText | undefined, language: string, fallback: string): string {
  if (!text) return fallback
  if (typeof text === 'string') return text
  return text[language] ?? text.en ?? Object.values(text)[0] ?? fallback
}

/** Who has a conversation, in words. */
export function ownerText(t: TFunction, owner: Owner, name: string | undefined, me: string): string {
  if (owner.kind !== 'agent') return t(`owner.${owner.kind}`)
  if (owner.agent === me) return t('owner.you')
  return name ? t('owner.agentNamed', { name }) : t('owner.agent')
}
