import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { expect, it } from 'vitest'

const dist = join(process.cwd(), 'dist')
const firstView = 220_000 // bytes of JavaScript, gzipped, before anything is seen
const laterChunk = 150_000

const read = (file: string) => readFileSync(join(dist, file), 'utf8')
const size = (file: string) => gzipSync(read(file), { level: 9 }).length

/** A script and all that it imports before it runs. */
function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const match of read(file).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) withImports(`assets/${match[1]}`, seen)
  return seen
}

it('the first view is small', () => {
  const entries = [...read('index.html').matchAll(/<script type="module"[^>]+src="\/([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(entries).toHaveLength(1)
  const files = [...withImports(entries[0] ?? '')]
  const total = files.reduce((sum, file) => sum + size(file), 0)
  expect(files.length).toBeGreaterThan(0)
  expect(total).toBeLessThanOrEqual(firstView)
})

it('no later part is large', () => {
  const large = readdirSync(join(dist, 'assets'))
    .filter((file) => file.endsWith('.js'))
    .filter((file) => size(`assets/${file}`) > laterChunk)
  expect(large).toEqual([])
})

it('nothing is inline, remote, or a data: address', () => {
  const page = read('index.html')
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:|data:/)
  const styles = readdirSync(join(dist, 'assets')).filter((file) => file.endsWith('.css'))
  for (const file of styles) expect(read(`assets/${file}`)).not.toMatch(/url\(\s*['"]?(?:https?:|data:)|@import/)
})

it('the API browser and the marker for the Go build are there', () => {
  for (const file of ['docs/index.html', 'docs/init.js', 'docs/swagger-ui-bundle.js', 'docs/swagger-ui.css', '.gitkeep']) {
    expect(existsSync(join(dist, file)), file).toBe(true)
  }
})
