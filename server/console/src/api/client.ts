import type { Owner, OwnerKind } from './types'

/** What the server said when it refused, or "network" when it said nothing. Made from a problem document (RFC 9457). */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** The last part of the problem's type: "conflict", "invalid", …, or "network". */
    readonly problem: string,
    readonly detail: string,
    readonly findings: { location: string; message: string }[],
    /** Seconds to wait, from Retry-After. */
    readonly retryAfter: number,
  ) {
    super(`${status} ${problem}`)
    this.name = 'ApiError'
  }
}

const problemByStatus: Record<number, string> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  413: 'too-large',
  422: 'invalid',
  429: 'too-many-requests',
  503: 'unavailable',
}

/** Sends one request to the API of this server and returns the decoded answer; throws ApiError. */
export async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError(0, 'network', '', [], 0)
  }
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (response.ok) return answer as T
  const document = (answer ?? {}) as { type?: string; detail?: string; findings?: { location: string; message: string }[] }
  throw new ApiError(
    response.status,
    document.type?.split('/').pop() || problemByStatus[response.status] || 'internal',
    document.detail ?? '',
    document.findings ?? [],
    Number(response.headers.get('Retry-After')) || 0,
  )
}

/** The owner in one form, whether the server wrote "agent:u_7" or {"kind":"agent","agent":"u_7"}. */
export function parseOwner(value: unknown): Owner {
  if (typeof value === 'string') {
    const [kind, ...agent] = value.split(':')
    return { kind: kind as OwnerKind, agent: agent.join(':') || undefined }
  }
  return value as Owner
}
