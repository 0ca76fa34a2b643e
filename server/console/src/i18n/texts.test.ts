import { describe, expect, it } from 'vitest'

import { en } from './en'
import { es } from './es'
import { pt } from './pt'

type Tree = { [key: string]: string | Tree }

/** All texts by their full key: "inbox.queue" → "Queue". */
function flatten(tree: Tree, path = ''): Map<string, string> {
  const flat = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(path + key, value)
    else for (const [inner, text] of flatten(value, `${path}${key}.`)) flat.set(inner, text)
  }
  return flat
}

const placeholders = (text: string | undefined) => [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).toSorted()

describe.each([
  ['es', es],
  ['pt', pt],
])('the texts in %s', (_name, texts) => {
  const english = flatten(en)
  const translated = flatten(texts)

  it('have the keys of the English ones', () => {
    expect([...translated.keys()].toSorted()).toEqual([...english.keys()].toSorted())
  })

  it('are never empty', () => {
    expect([...translated].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  it('fill in the same values', () => {
    const different = [...english].filter(([key, text]) => placeholders(text).join() !== placeholders(translated.get(key)).join())
    expect(different).toEqual([])
  })
})
