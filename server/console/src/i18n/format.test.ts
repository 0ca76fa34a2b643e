import { describe, expect, it } from 'vitest'

import { pickLanguage } from '.'
import { countdown, dayName, duration, humanise } from './format'

const minute = 60_000

describe('duration', () => {
  it.each([
    ['less than a minute', 59_000, '< 1 min'],
    ['a time that lies ahead', -5 * minute, '< 1 min'],
    ['minutes', 4.9 * minute, '4 min'],
    ['hours', 125 * minute, '2 hr'],
    ['days', 3 * 24 * 60 * minute, '3 days'],
  ])('of %s', (_name, milliseconds, want) => {
    expect(duration('en', milliseconds, '< 1 min')).toBe(want)
  })

  it('speaks the language of the interface', () => {
    expect(duration('es', 3 * 60 * minute, '')).toBe('3 h')
  })
})

it('a countdown shows minutes beside hours', () => {
  expect(countdown('es', 192 * minute, '')).toBe('3 h 12 min')
  expect(countdown('es', 120 * minute, '')).toBe('2 h')
})

const at = (day: number) => new Date(2026, 2, day, 10).toISOString()

it('days are named from today backwards', () => {
  const now = new Date(2026, 2, 4, 12).getTime()
  expect(duration('en', 24 * 60 * minute, '')).toBe('1 day') // units and dates do not share a cache
  expect(dayName('en', at(4), now, 'Today', 'Yesterday')).toBe('Today')
  expect(dayName('en', at(3), now, 'Today', 'Yesterday')).toBe('Yesterday')
  expect(dayName('en', at(2), now, 'Today', 'Yesterday')).toMatch(/Monday/)
})

it('words of machines are made readable', () => {
  expect(humanise('order_tracking')).toBe('Order tracking')
})

it('the first language that the console speaks is chosen', () => {
  expect(pickLanguage(['fr-FR', 'pt-BR', 'en'])).toBe('pt')
  expect(pickLanguage(['', undefined, 'ca'])).toBe('en')
})
