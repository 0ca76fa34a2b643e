/** What every browser test needs: accessibility checks, pictures, and an ear for errors of the page. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { expect, type Browser, type BrowserContextOptions, type Frame, type Page } from '@playwright/test'
import type { AxeResults } from 'axe-core'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const shots = process.env.RELEVO_SHOTS || 'test-results'

/** Who has the first account, which story.spec.ts makes. */
export const admin = { name: 'Ana Ruiz', email: 'ana@example.com', password: 'seven calm blue kettles' }

export const phone = { width: 390, height: 844 }
export const desktop = { width: 1440, height: 900 }

/** A page of a browser of its own. problems collects what the page complains about, refusals of the content policy among it. */
export async function open(browser: Browser, options: BrowserContextOptions = {}): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // The browser itself notes each 4xx answer; those the tests expect are checked where they happen.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) problems.push(message.text())
  })
  return { page, problems }
}

/** Fails with every accessibility violation that axe-core finds on the page, or in one of its frames when that is given. */
export async function expectAccessible(page: Page | Frame) {
  await settled(page)
  await page.evaluate(axeSource) // not a script tag: the page's policy would refuse that, as it should
  // Without preload: to look into a shadow tree axe would put styles into the page, which the policy refuses, too.
  const results = await page.evaluate(() => (globalThis as unknown as { axe: { run: (on: unknown, options: unknown) => Promise<unknown> } }).axe.run(document, { preload: false })) as AxeResults
  const found = results.violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html).join('\n  ')}`)
  expect(found, page.url()).toEqual([])
}

/** Waits for transitions to end: half-way between two themes every contrast is poor. */
async function settled(page: Page | Frame) {
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished)),
  )
}

/** Takes a picture once animations have ended. */
export async function shoot(page: Page, name: string) {
  await page.screenshot({ path: join(shots, `${name}.png`), animations: 'disabled' })
}
