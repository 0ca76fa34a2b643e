import type { TFunction } from 'i18next'

import { ApiError } from './client'

/** A sentence for people: what happened and what to do. */
export function errorText(t: TFunction, error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.internal')
  const findings = error.findings.map((finding) => finding.message).join(' ')
  switch (error.problem) {
    case 'network':
      return t('error.network')
    case 'conflict':
      return t('error.conflict') // the server's detail is English; who has it now is shown beside this
    case 'forbidden':
      return t('error.forbidden')
    case 'not-found':
      return t('error.notFound')
    case 'too-many-requests':
      return t('error.tooMany', { count: error.retryAfter || 60 })
    case 'too-large':
      return t('error.tooLarge')
    case 'invalid':
      return t('error.invalid', { detail: findings || error.detail })
    case 'unavailable':
      return t('error.unavailable')
    case 'unauthenticated':
      return t('error.unauthenticated')
    default:
      return t('error.internal')
  }
}
