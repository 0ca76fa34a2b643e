import { defineConfig } from '@playwright/test'

// The tests drive a program that is already running on an empty database:
//   RELEVO_URL         its address, http://127.0.0.1:8080
//   RELEVO_SETUP_LINK  the one-time link that it printed
//   RELEVO_WATCH_URL   the address of another one, which runs with --watch on the folder RELEVO_WATCH_FLOWS,
//   RELEVO_WATCH_SETUP and the one-time link of that one
//   RELEVO_SHOTS       where the pictures go (test-results when empty)
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/runs',
  workers: 1, // one program, one story
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  // The story needs the empty database and makes the account with which the flows' agent signs in.
  projects: [
    { name: 'story', testMatch: 'story.spec.ts' },
    { name: 'flows', testMatch: 'flows.spec.ts', dependencies: ['story'] },
    { name: 'watch', testMatch: 'watch.spec.ts' },
  ],
  use: {
    baseURL: process.env.RELEVO_URL ?? 'http://127.0.0.1:8080',
    locale: 'en-GB',
    timezoneId: 'Europe/Madrid',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
