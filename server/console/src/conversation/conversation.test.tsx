import { QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { createRef } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { conversationQuery, queryClient, sessionQuery } from '../api/queries'
import type { Chat, ConversationView, Entry } from '../api/types'
import { speak } from '../i18n'
import { toasts } from '../state'
import { Composer } from './Composer'
import { ContextPane } from './ContextPane'
import { ConversationPane } from './ConversationPane'
import { Transcript } from './Transcript'

const chat: Chat = {
  id: 'c1/7/1',
  conversation: 'c1',
  channel: 'web',
  contact: 'k1',
  queue: 'orders',
  state: 'active',
  agent: 'me',
  agentName: 'Ana',
  priority: 1,
  since: '2026-03-02T09:00:00Z',
  reason: 'asked',
}

const view = (part: Partial<Chat> | null, window: ConversationView['conversation']['window'] = { limited: false }): ConversationView => ({
  conversation: { id: 'c1', channel: 'web', contact: { id: 'k1' }, owner: { kind: 'queue' }, epoch: 1, seq: 1, window },
  chat: part && { ...chat, ...part },
  packet: null,
  entries: [],
})

const entry = (id: string, part: Partial<Entry>): Entry => ({ id, seq: 1, at: '2026-03-02T09:00:00Z', kind: 'contact', ...part })

const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

let server: ReturnType<typeof vi.fn<typeof fetch>>
beforeEach(() => {
  server = vi.fn<typeof fetch>()
  vi.stubGlobal('fetch', server)
  queryClient.clear()
  sessionStorage.clear()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const composer = (shown: ConversationView, mode: 'reply' | 'note' = 'reply') => (
  <Composer ref={createRef()} view={shown} name="Marta" me="me" mode={mode} setMode={() => undefined} />
)

describe('a claim that a colleague was quicker with', () => {
  it('names the colleague, in the language of the reader', async () => {
    await speak('es')
    const taken = { ...view({ agent: 'other', agentName: 'Ben' }), conversation: { ...view({}).conversation, owner: { kind: 'agent' as const, agent: 'other' } } }
    server.mockImplementation((_input, init) =>
      Promise.resolve(init?.method === 'POST' ? answer(409, { type: '/problems/conflict', detail: 'Ben has this chat.' }) : answer(200, taken)),
    )
    queryClient.setQueryData(sessionQuery.queryKey, { id: 'me', email: '', name: 'Ana', role: 'agent', language: 'es' })
    queryClient.setQueryData(conversationQuery('c1').queryKey, view({ state: 'queued', agent: undefined }))
    render(
      <QueryClientProvider client={queryClient}>
        <ConversationPane id="c1" back={<a href="/">.</a>} />
      </QueryClientProvider>,
    )
    fireEvent.keyDown(window, { key: 'a' })
    await waitFor(() => expect(toasts.get().map((one) => one.text)).toEqual(['No se ha asignado el chat. Alguien se ha adelantado. Ben tiene este chat.']))
    await speak('en')
  })
})

describe('the composer', () => {
  it.each([
    ['a queued chat must be claimed', { state: 'queued' as const, agent: undefined }, 'Claim this chat to answer.'],
    ['a colleague has it', { agent: 'other', agentName: 'Ben' }, 'Ben has this chat.'],
    ['it is closed', { state: 'closed' as const }, 'This chat is closed. It opens again when the contact writes.'],
  ])('explains itself when %s', (_name, part, want) => {
    render(composer(view(part)))
    expect(screen.getByText(want)).toBeTruthy()
    expect(screen.queryByRole('textbox')).toBeNull()
  })

  it('explains that the time to answer is over', () => {
    render(composer(view({}, { limited: true, closesAt: '2026-03-02T09:00:00Z' })))
    expect(screen.getByText(/24 hours to answer are over/)).toBeTruthy()
  })

  it('allows notes on a chat of somebody else', () => {
    render(composer(view({ agent: 'other' }), 'note'))
    expect(screen.getByRole('textbox', { name: 'Note to colleagues about Marta' })).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Save note' })).toBeTruthy()
  })

  it('sends on Enter, not on Shift+Enter', async () => {
    server.mockResolvedValue(answer(202, { id: 'c1/8/0' }))
    render(composer(view({})))
    const field = screen.getByRole('textbox', { name: 'Reply to Marta' })
    fireEvent.change(field, { target: { value: 'Hello' } })
    fireEvent.keyDown(field, { key: 'Enter', shiftKey: true })
    expect(server).not.toHaveBeenCalled()
    fireEvent.keyDown(field, { key: 'Enter' })
    await waitFor(() => expect(server).toHaveBeenCalledWith('/v1/chats/c1%2F7%2F1/messages', expect.objectContaining({ body: '{"text":"Hello"}' })))
    expect((field as HTMLTextAreaElement).value).toBe('')
  })

  it('keeps the draft of each mode', () => {
    const first = render(composer(view({})))
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'half a sen' } })
    first.unmount()
    const second = render(composer(view({}), 'note'))
    expect((screen.getByRole('textbox') as HTMLTextAreaElement).value).toBe('')
    second.unmount()
    render(composer(view({})))
    expect((screen.getByRole('textbox') as HTMLTextAreaElement).value).toBe('half a sen')
  })
})

describe('the details', () => {
  it('tell what is under way, what about, until when, and why people were called', async () => {
    await speak('es')
    server.mockImplementation((input) =>
      Promise.resolve(answer(200, String(input).endsWith('/flows') ? { flows: [{ flow: 'reminder', title: { en: 'My appointment', es: 'Mi cita' } }] } : { queues: [] })),
    )
    const run = { id: 'r1', flow: 'reminder', key: 'CT1', state: 'until_day_before', wait: 'wait', next: '2026-03-03T09:30:00Z', started: '2026-03-02T09:00:00Z' }
    const packet = { chat: 'c1/7/1', queue: 'orders', priority: 'high', since: '2026-03-02T09:00:00Z', reason: 'after:4h0m0s', outcomes: ['written_off', 'their_own'] }
    render(
      <QueryClientProvider client={queryClient}>
        <ContextPane conversation={{ ...view({}).conversation, runs: [run] }} packet={packet} chat={null} name="Marta" covers={false} onClose={() => undefined} />
      </QueryClientProvider>,
    )
    await screen.findByText(/Mi cita CT1/)
    const all = screen.getByRole('region').textContent
    expect(all).toContain('espera una hora o un aviso')
    expect(all).toMatch(/sigue por sí solo: .*\b3\b.*2026/)
    expect(all).toContain('El contacto dejó de responder')
    expect(all).toContain('Dado por perdido, Their own')
    await speak('en')
  })
})

describe('the transcript', () => {
  it('writes what contacts sent as text', () => {
    const { container } = render(<Transcript conversation="c2" name="Marta" me="Ana" entries={[entry('a', { text: '<img src=x onerror=alert(1)>' })]} />)
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy()
    expect(container.querySelector('img')).toBeNull()
  })

  it('tells the speakers apart in words', () => {
    render(
      <Transcript
        conversation="c2"
        name="Marta"
        me="Ana"
        entries={[
          entry('a', { text: 'hi' }),
          entry('b', { kind: 'bot', flow: 'order_tracking', text: 'hello' }),
          entry('c', { kind: 'agent', author: 'Ana', text: 'me' }),
          entry('d', { kind: 'phone', text: 'call' }),
          entry('e', { kind: 'note', author: 'Ben', text: 'psst' }),
          entry('f', { kind: 'system', code: 'closed', author: 'Ben', text: 'resolved' }),
        ]}
      />,
    )
    for (const heading of ['Marta', 'Bot · Order tracking', 'You', 'Phone app', 'Note · Ben · only colleagues see this', /Ben closed the chat: Resolved/]) {
      expect(screen.getByText(heading)).toBeTruthy()
    }
  })

  it('marks the choice that the contact pressed', () => {
    const choices = [
      { payload: '1', title: 'Another order' },
      { payload: '2', title: 'Talk to a person' },
    ]
    render(
      <Transcript
        conversation="c2"
        name="Marta"
        me="Ana"
        entries={[entry('a', { kind: 'bot', text: 'Anything else?', choices }), entry('b', { message: 'button', text: 'Talk to a person' })]}
      />,
    )
    const offered = within(screen.getByRole('list', { name: 'Choices the contact saw' })).getAllByRole('listitem')
    expect(offered.map((one) => one.textContent)).toEqual(['Another order', 'Talk to a person(chosen)'])
  })

  it('shows files, places and links as links that load nothing by themselves, and no address that is not of the web', () => {
    const { container } = render(
      <Transcript
        conversation="c2"
        name="Marta"
        me="Ana"
        entries={[
          entry('a', { kind: 'bot', message: 'image', text: 'Your ticket', file: { url: 'https://shop.example/files/ticket%20A.png?x=1' } }),
          entry('b', { kind: 'bot', message: 'location', location: { latitude: 40.5, longitude: -3.25, name: 'Clinic' } }),
          entry('c', { kind: 'bot', text: 'Your invoice', link: { url: 'https://pay.example/7', title: 'Pay' } }),
          entry('d', { kind: 'bot', text: 'Not this', link: { url: 'javascript:alert(1)', title: 'Press me' } }),
          entry('e', { kind: 'bot', template: 'reminder' }),
        ]}
      />,
    )
    const links = screen.getAllByRole('link').map((one) => [one.textContent, one.getAttribute('href'), one.getAttribute('rel')])
    expect(links).toEqual([
      ['ticket A.png', 'https://shop.example/files/ticket%20A.png?x=1', 'noopener noreferrer'],
      ['Clinic', 'https://www.openstreetmap.org/?mlat=40.5&mlon=-3.25#map=17/40.5/-3.25', 'noopener noreferrer'],
      ['Pay', 'https://pay.example/7', 'noopener noreferrer'],
    ])
    expect(screen.getByText('Press me')).toBeTruthy()
    expect(screen.getByText('reminder')).toBeTruthy()
    expect(container.querySelector('img, video, audio, iframe')).toBeNull()
  })

  it('speaks to the reader about what they did themselves', async () => {
    await speak('es')
    const claims = ['Ana', 'Ben'].map((author) => entry(author, { kind: 'system', code: 'claimed', author }))
    render(<Transcript conversation="c2" name="Marta" me="Ana" entries={claims} />)
    expect(screen.getByText(/^Atiendes el chat/)).toBeTruthy()
    expect(screen.getByText(/^Ben atiende el chat/)).toBeTruthy()
    await speak('en')
  })

  it('says what happened to a message that was not delivered', () => {
    render(<Transcript conversation="c2" name="Marta" me="Ana" entries={[entry('a', { kind: 'agent', text: 'x', status: 'failed', problem: 'number unknown' })]} />)
    expect(screen.getByText('Not delivered: number unknown')).toBeTruthy()
  })

  it('puts a text that could not be sent back into the draft when the page is left', async () => {
    server.mockRejectedValue(new TypeError('offline'))
    const shown = { ...view({}), conversation: { ...view({}).conversation, id: 'c3' } }
    render(
      <>
        <Transcript conversation="c3" name="Marta" me="Ana" entries={[]} />
        {composer(shown)}
      </>,
    )
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'Precious words' } })
    fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' })
    await screen.findByRole('alert')
    fireEvent(window, new Event('pagehide'))
    cleanup()
    render(composer(shown))
    expect(screen.getByRole<HTMLTextAreaElement>('textbox').value).toBe('Precious words')
  })

  it('keeps a text that could not be sent, and sends it again', async () => {
    const calls: string[] = []
    server.mockImplementation((input, init) => {
      calls.push(`${init?.method} ${String(input)}`)
      if (init?.method === 'GET') return Promise.resolve(answer(200, view({})))
      return calls.length === 1 ? Promise.reject(new TypeError('offline')) : Promise.resolve(answer(202, { id: 'c1/9/0' }))
    })
    render(
      <>
        <Transcript conversation="c1" name="Marta" me="Ana" entries={[]} />
        {composer(view({}))}
      </>,
    )
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'On its way' } })
    fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' })
    const failure = await screen.findByRole('alert')
    expect(failure.textContent).toContain('The server can not be reached')
    act(() => within(failure).getByRole('button', { name: 'Send again' }).click())
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
    expect(screen.getByText('On its way')).toBeTruthy()
    // Before it is sent again, the transcript is read: the first try may have arrived.
    expect(calls).toContain('GET /v1/conversations/c1')
    await waitFor(() => expect(calls.filter((call) => call === 'POST /v1/chats/c1%2F7%2F1/messages')).toHaveLength(2))
  })
})
