/** Times and words for people, in the language of the interface. Now is handed in, in milliseconds. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

function unit(language: string, name: string): Intl.NumberFormat {
  const key = `${language}:unit:${name}`
  const known = cache.get(key)
  if (known) return known as Intl.NumberFormat
  const made = new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' })
  cache.set(key, made)
  return made
}

// The browser's own variant of the language, so that a reader in London does not get American times.
const region = (language: string) => navigator.languages.find((one) => one.startsWith(language)) ?? language

function dateFormat(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}:${name}`
  const known = cache.get(key)
  if (known) return known as Intl.DateTimeFormat
  const made = new Intl.DateTimeFormat(region(language), options)
  cache.set(key, made)
  return made
}

/** A length of time, short: "4 min", "3 h". Below a minute it is `lessThanMinute`. Negative lengths count as zero. */
export function duration(language: string, milliseconds: number, lessThanMinute: string): string {
  const ms = Math.max(0, milliseconds)
  if (ms < minute) return lessThanMinute
  if (ms < hour) return unit(language, 'minute').format(Math.floor(ms / minute))
  if (ms < day) return unit(language, 'hour').format(Math.floor(ms / hour))
  return unit(language, 'day').format(Math.floor(ms / day))
}

/** A length of time with minutes beside hours, for countdowns: "3 h 12 min". */
export function countdown(language: string, milliseconds: number, lessThanMinute: string): string {
  const minutes = Math.floor((milliseconds % hour) / minute)
  if (milliseconds < hour || minutes === 0) return duration(language, milliseconds, lessThanMinute)
  return `${unit(language, 'hour').format(Math.floor(milliseconds / hour))} ${unit(language, 'minute').format(minutes)}`
}

/** Time of day: "14:05". */
export function clock(language: string, at: string): string {
  return dateFormat(language, 'clock', { hour: '2-digit', minute: '2-digit' }).format(new Date(at))
}

/** Date and time to the second, for tooltips. */
export function exact(language: string, at: string): string {
  return dateFormat(language, 'exact', { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))
}

/** Day and time of something to come, to the minute: "24 Nov 2026, 08:30". */
export function soon(language: string, at: string): string {
  return dateFormat(language, 'soon', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

/** The day of a separator: today, yesterday, or "Monday, 2 March". */
export function dayName(language: string, at: string, now: number, today: string, yesterday: string): string {
  const date = new Date(at)
  if (date.toDateString() === new Date(now).toDateString()) return today
  if (date.toDateString() === new Date(now - day).toDateString()) return yesterday
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric'
  return dateFormat(language, `day${year ?? ''}`, { weekday: 'long', day: 'numeric', month: 'long', year }).format(date)
}

/** The name of a language code in the language of the interface: "es" → "Spanish". */
export function languageName(language: string, code: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

/** A machine's word made readable: "order_tracking" → "Order tracking". */
export function humanise(word: string): string {
  const spaced = word.replaceAll(/[_-]+/g, ' ').trim()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
