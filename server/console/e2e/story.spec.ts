/** One customer, one bot, one agent: from an empty database to a resolved chat. */
import { expect, test, type Page } from '@playwright/test'

import { admin, desktop, expectAccessible, open, phone, shoot } from './page'

const setupLink = process.env.RELEVO_SETUP_LINK ?? ''

/** Writes in the web chat. */
async function say(page: Page, text: string) {
  const field = page.getByRole('textbox', { name: /message|mensaje|mensagem/i })
  await field.fill(text)
  await field.press('Enter')
}

test('a chat goes from the bot to a person and back', async ({ browser }) => {
  expect(setupLink, 'RELEVO_SETUP_LINK').not.toBe('')
  const agent = await open(browser, { viewport: desktop })
  const customer = await open(browser, { viewport: desktop })
  const desk = agent.page
  const chat = customer.page
  const log = chat.getByRole('log')

  await test.step('the first account is made with the one-time link', async () => {
    await desk.goto(setupLink)
    await expect(desk.getByRole('heading', { name: 'Welcome to Relevo' })).toBeVisible()
    expect(new URL(desk.url()).hash).toBe('')
    await expectAccessible(desk)
    await desk.getByLabel('Your name').fill(admin.name)
    await desk.getByLabel('Email').fill(admin.email)
    await desk.getByLabel('Password', { exact: true }).fill('short')
    await expect(desk.getByText('5 of at least 8 characters')).toBeVisible()
    await desk.getByLabel('Password', { exact: true }).fill(admin.password)
    await desk.getByRole('button', { name: 'Create account' }).click()
    await expect(desk.getByText('Nobody is waiting')).toBeVisible()
    await expectAccessible(desk)
  })

  await test.step('signing out and in again leads back', async () => {
    await desk.getByRole('button', { name: /Your menu/ }).click()
    await desk.getByRole('menuitem', { name: 'Sign out' }).click()
    await expect(desk.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await desk.goto('/flows')
    await expect(desk.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await expect(desk.getByText('Your session has ended')).toBeHidden()
    await expectAccessible(desk)
    await desk.getByLabel('Email').fill(admin.email)
    await desk.getByLabel('Password', { exact: true }).fill('not the password')
    await desk.getByRole('button', { name: 'Sign in' }).click()
    await expect(desk.getByRole('alert')).toContainText('not right')
    await desk.getByLabel('Password', { exact: true }).fill(admin.password)
    await desk.getByRole('button', { name: 'Sign in' }).click()
    await expect(desk).toHaveURL(/\/flows$/)
    await desk.getByRole('link', { name: /Track an order/ }).click()
    const drawing = desk.getByRole('img', { name: /Drawing of the flow/ })
    await expect.poll(() => drawing.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
    const fits = (await drawing.boundingBox())?.width ?? 0
    await desk.getByRole('button', { name: 'Larger' }).click()
    await expect.poll(async () => (await drawing.boundingBox())?.width).toBeGreaterThan(fits)
    await desk.getByRole('button', { name: 'Fit into the window' }).click()
    await expect.poll(async () => (await drawing.boundingBox())?.width).toBe(fits)
    await expectAccessible(desk)
    await shoot(desk, 'console-flows')
    await desk.getByRole('link', { name: 'Inbox' }).click()
    await expect(desk.getByText('Nobody is waiting')).toBeVisible()
  })

  await test.step('the customer asks the bot about an order', async () => {
    await chat.goto('/webchat')
    await expectAccessible(chat)
    await say(chat, 'where is my order')
    await expect(log).toContainText('order number')
    await expect(log.locator('time').first()).toHaveText(/^\d+:\d\d$/) // as in London, without AM and PM
    await say(chat, '12')
    await expect(log).toContainText(/not an order number|AB123456/)
    await say(chat, 'AB123456')
    await expect(log.getByText('AB123456').last()).toBeVisible()
    await expect(chat.getByRole('button', { name: 'Talk to a person' })).toBeVisible()
    await expectAccessible(chat)
    await shoot(chat, 'webchat-desktop')
    await chat.setViewportSize(phone)
    await expectAccessible(chat)
    await shoot(chat, 'webchat-phone')
    await chat.getByRole('button', { name: 'Talk to a person' }).click()
    await expect(log).toContainText(/colleague/)
  })

  const row = desk.getByRole('list', { name: 'Queue' }).getByRole('link').first()

  await test.step('the chat appears in the queue without a reload', async () => {
    await expect(row).toBeVisible()
    await expect(row).toContainText('AB123456')
    await expect(desk).toHaveTitle(/^\(1\) Inbox/)
    await expectAccessible(desk)
    await shoot(desk, 'console-queue')
  })

  await test.step('the agent opens it and knows everything', async () => {
    await desk.keyboard.press('j')
    await expect(row).toBeFocused()
    await desk.keyboard.press('Enter')
    const transcript = desk.getByRole('log')
    await expect(transcript).toContainText('where is my order')
    await expect(transcript).toContainText('Talk to a person')
    const details = desk.getByRole('region', { name: 'Details' })
    await expect(details).toContainText('The contact asked for a person')
    await expect(details.getByText('AB123456').first()).toBeVisible()
    await expect(desk.getByText('Claim this chat to answer.')).toBeVisible()
  })

  await test.step('the agent claims and answers', async () => {
    await desk.keyboard.press('a')
    const field = desk.getByRole('textbox', { name: /^Reply to/ })
    await expect(field).toBeVisible()
    await expect(desk.getByText('With you')).toBeVisible()
    await expect(desk.getByRole('log')).toBeFocused() // the row that had the focus went to another list
    await desk.keyboard.press('r')
    await expect(field).toBeFocused()
    await field.fill('Hello, this is Ana. I am calling the carrier now.')
    await field.press('Enter')
    await expect(log).toContainText('I am calling the carrier now.')
    await expect(log).toContainText(admin.name)
    await expect(desk.getByRole('log').getByText('I am calling the carrier now.')).toHaveCount(1)
  })

  await test.step('a note stays among colleagues', async () => {
    await desk.getByRole('textbox', { name: /^Reply to/ }).blur()
    await desk.keyboard.press('n')
    const note = desk.getByRole('textbox', { name: /^Note to colleagues/ })
    await expect(note).toBeFocused()
    await note.fill('The carrier promises delivery tomorrow.')
    await desk.getByRole('button', { name: 'Save note' }).click()
    await expect(desk.getByRole('log')).toContainText('The carrier promises delivery tomorrow.')
    await expect(log).not.toContainText('The carrier promises')
    await note.press('Escape')
  })

  await test.step('the customer writes; the bot keeps quiet', async () => {
    await say(chat, 'where is my order')
    await expect(desk.getByRole('log').getByText('where is my order')).toHaveCount(2)
    await desk.keyboard.press('r')
    await desk.getByRole('textbox', { name: /^Reply to/ }).fill('It arrives tomorrow before noon.')
    await desk.keyboard.press('Enter')
    await expect(log).toContainText('It arrives tomorrow before noon.')
    // Had the bot answered too, its question would stand before the agent's sentence by now.
    await expect(log.getByText(/What is your order number/)).toHaveCount(1)
  })

  await test.step('the conversation can be seen in every size and theme', async () => {
    await desk.getByRole('textbox', { name: /^Reply to/ }).press('Escape')
    await expectAccessible(desk)
    await shoot(desk, 'console-conversation')
    await desk.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(desk)
    await shoot(desk, 'console-conversation-dark')
    await desk.setViewportSize(phone)
    await expect(desk.getByRole('link', { name: 'Back' })).toBeVisible()
    await expectAccessible(desk)
    await shoot(desk, 'console-conversation-phone')
    await desk.emulateMedia({ colorScheme: 'light' })
    await desk.setViewportSize(desktop)
  })

  await test.step('closing with an outcome lets the flow go on', async () => {
    await desk.keyboard.press('e')
    const menu = desk.getByRole('menu', { name: 'Close with outcome' })
    await expect(menu).toBeVisible()
    await expect(menu.getByRole('menuitem', { name: 'Resolved' })).toBeFocused()
    await desk.keyboard.press('Enter')
    await expect(desk.getByText(/Closed as “Resolved”/)).toBeVisible()
    await expect(desk.getByRole('log')).toBeFocused()
    await expect(log).toContainText(/good day|great day|nice day|lovely day/i)
    await expect(desk.getByRole('log')).toContainText('closed the chat: Resolved')
    await desk.getByRole('navigation', { name: 'Chats' }).getByRole('link', { name: 'Closed' }).click()
    await expect(desk.getByRole('list', { name: 'Closed' }).getByRole('link')).toHaveCount(1)
  })

  await test.step('the console speaks Spanish when asked to', async () => {
    await desk.getByRole('button', { name: /Your menu/ }).click()
    await desk.getByRole('menuitemradio', { name: 'Español' }).click()
    await expect(desk.getByRole('heading', { name: 'Bandeja' })).toBeVisible()
    const labels = desk.getByRole('navigation', { name: 'Principal' }).getByRole('link').locator('span')
    expect(await labels.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent))).toEqual([])
    await desk.reload()
    await expect(desk.getByRole('heading', { name: 'Bandeja' })).toBeVisible()
    await desk.getByRole('link', { name: 'Flujos' }).click()
    await desk.getByRole('link', { name: /Seguir un pedido/ }).click()
    await expect(desk.getByRole('img', { name: /Seguir un pedido/ })).toHaveAttribute('src', /language=es/)
  })

  await test.step('a session that was ended elsewhere leads to the sign-in page', async () => {
    await desk.request.delete('/v1/session')
    await expect(desk.getByText('Tu sesión ha terminado.', { exact: false })).toBeVisible()
    await expectAccessible(desk)
  })

  expect(agent.problems).toEqual([])
  expect(customer.problems).toEqual([])
})
