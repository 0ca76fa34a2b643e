/** The shipped flows from the demo page: what a customer lives through, in three languages, and the agent who takes over. */
import { expect, test, type Browser, type BrowserContextOptions, type FrameLocator, type Locator, type Page } from '@playwright/test'

import { admin, desktop, expectAccessible, open, phone, shoot } from './page'

/** A customer before the demo page, with the chat in its frame. */
class Customer {
  private constructor(
    readonly page: Page,
    readonly problems: string[],
    readonly frame: FrameLocator,
    readonly log: Locator,
  ) {}

  static async arrives(browser: Browser, locale: string, options: BrowserContextOptions = {}): Promise<Customer> {
    const { page, problems } = await open(browser, { viewport: desktop, locale, ...options })
    await page.goto('/demo/')
    const frame = page.frameLocator('#chat')
    await expect(page.locator('[data-button=tomorrow]')).toBeEnabled()
    await expect(frame.getByRole('textbox')).toBeVisible()
    return new Customer(page, problems, frame, frame.getByRole('log'))
  }

  /** Presses a button of the demo page: a business system tells something. */
  async event(button: string, result: RegExp) {
    const lines = this.page.locator('#log p')
    const before = await lines.count()
    await this.page.locator(`[data-button=${button}]`).click()
    await expect(lines).toHaveCount(before + 1)
    await expect(lines.first()).toContainText(result)
  }

  /** Writes, and waits until the bot has answered with these words in a new bubble. */
  async says(text: string, answer: RegExp) {
    const before = await this.answers(answer).count()
    const field = this.frame.getByRole('textbox')
    await field.fill(text)
    await field.press('Enter')
    await this.hears(answer, before)
  }

  /** Presses a button of the chat. */
  async taps(title: string, answer: RegExp) {
    const before = await this.answers(answer).count()
    await this.frame.getByRole('button', { name: title, exact: true }).last().click()
    await this.hears(answer, before)
  }

  async hears(answer: RegExp, before = 0) {
    await expect.poll(() => this.answers(answer).count(), { message: String(answer) }).toBeGreaterThan(before)
  }

  private answers(words: RegExp) {
    return this.log.locator('.them').filter({ hasText: words })
  }

  /** The last number of a kind that the bot told: "CT200101". */
  async number(kind: string): Promise<string> {
    return (await this.log.innerText()).match(new RegExp(`${kind}\\d{6}`, 'g'))?.at(-1) ?? ''
  }
}

test('the demo page is clear to everybody', async ({ browser }) => {
  const customer = await Customer.arrives(browser, 'es-ES')
  const { page } = customer
  await expect(page.getByRole('button', { name: 'Reservar una cita para mañana' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'La clínica la mueve' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('log').first()).toContainText('Primero reserva una cita.')
  await expect(page.getByRole('button', { name: 'La clínica la mueve' })).toBeFocused()
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize(phone)
  await expectAccessible(page)
  await customer.event('issued', /invoice\.issued FA\d{6} ha iniciado un flujo/)
  const link = customer.frame.getByRole('link', { name: 'Pagar ahora' })
  await expect(link).toBeInViewport() // the chat comes into sight
  await expectAccessible(page.frames()[1] ?? page)
  await shoot(page, 'demo-phone-dark')
  const paying = page.context().waitForEvent('page')
  await link.click()
  const pay = await paying
  await expectAccessible(pay)
  await pay.getByRole('button', { name: 'Pagar ahora' }).click()
  await expect(pay.getByText('Pagada. ¡Gracias!')).toBeVisible()
  await customer.hears(/Hemos recibido el pago/)
  expect(customer.problems).toEqual([])
})

test('an appointment is moved, and a digression comes back to it', async ({ browser }) => {
  const customer = await Customer.arrives(browser, 'en-GB')
  await customer.event('tomorrow', /appointment\.booked CT\d{6} started a flow/)
  await customer.hears(/is booked: .* at 10:30/)
  await customer.event('moved', /went to the running flow/)
  await customer.hears(/We had to move your appointment.* at 11:30/)
  await customer.says('chnage', /next free times/)
  await customer.says('where is my order', /order number/)
  await customer.says('ab123456', /Trail shoes/)
  await customer.taps('No, thanks', /next free times/) // what it had covered
  await customer.says('the second one', /Done! Your appointment is now on/)
  await shoot(customer.page, 'demo')
  await customer.event('cancelled', /went to the running flow/)
  await customer.hears(/the clinic had to cancel your appointment/)
  await customer.says('no thanks', /Write whenever you need us/)
  await expectAccessible(customer.page)
  expect(customer.problems).toEqual([])
})

test('a disputed invoice reaches an agent with everything that is known, and the flow goes on', async ({ browser }) => {
  const customer = await Customer.arrives(browser, 'es-ES')
  await customer.event('tomorrow', /ha iniciado un flujo/)
  await customer.hears(/Tu cita con .* está reservada/) // in the page's language, before a word was written
  const appointment = await customer.number('CT')
  await customer.event('overdue', /ha iniciado un flujo/)
  await customer.hears(/125,50 € vencía/)
  const invoice = await customer.number('FA')
  await customer.taps('Pagaré después', /¿Qué día la pagarás\?/)
  await customer.says('dentro de tres meses', /solo hasta/)
  await customer.says('el vierns', /125,50 € el viernes/)
  await customer.says('otro dia', /¿Qué día la pagarás\?/)
  await customer.says('mañana', /Te lo recordaré ese día/)
  await customer.frame.getByRole('button', { name: 'Gracias' }).click()
  await expect(customer.frame.getByRole('button', { name: 'Gracias' })).toBeHidden()
  await customer.says('mi factura', /número de la factura/)
  await customer.says(invoice.toLowerCase(), /¿Qué quieres hacer\?/)
  await customer.says('hay un errror', /¿Qué está mal\?/)
  await customer.says('me cobraron 2 veces', /lo he apuntado/)

  const desk = await signedIn(browser)
  const row = desk.getByRole('list', { name: 'Cola' }).getByRole('link').filter({ hasText: invoice })
  await row.click()
  const details = desk.getByRole('region', { name: 'Detalles' })
  await expect(details).toContainText('El contacto no está de acuerdo con una factura')
  await expect(details).toContainText('me cobraron 2 veces')
  await expect(details).toContainText(`Mi cita ${appointment}`)
  await expect(details).toContainText(/sigue por sí solo: .* 10:30/) // the reminder, a day before
  await expect(details).toContainText('espera a una persona')
  await desk.getByRole('button', { name: 'Atender', exact: true }).first().click()
  await expect(desk.getByRole('log')).toContainText('Atiendes el chat')
  await expectAccessible(desk)
  await shoot(desk, 'console-dispute-es')
  await customer.event('paid', /espera: una persona tiene el chat/)
  await desk.getByRole('button', { name: /Cerrar chat/ }).click()
  await desk.getByRole('menuitem', { name: 'Corregido' }).click()
  await expect(desk.getByRole('log')).toContainText('Has cerrado el chat: Corregido')
  await customer.hears(/Hemos recibido el pago/) // what had waited
  expect(customer.problems).toEqual([])
})

test('a security alert comes before everything, and STOP holds until it is taken back', async ({ browser }) => {
  const customer = await Customer.arrives(browser, 'pt-BR')
  await customer.says('sair', /Não vamos enviar mais mensagens/)
  await customer.event('suspicious', /o cliente não quer mensagens/)
  await customer.says('começar', /Que bom ter você de volta/)
  await customer.event('suspicious', /iniciou um fluxo/)
  await customer.hears(/foi você\?.*€.249,90.*4821/)
  await customer.event('tomorrow', /espera: /)
  await customer.says('cadê meu pedido', /Responda sim ou não/)
  await customer.says('🤔', /dizer com palavras/)
  await customer.says('nao', /Bloqueei seu cartão final 4821/)

  const desk = await signedIn(browser)
  await desk.getByRole('list', { name: 'Cola' }).getByRole('link').filter({ hasText: 'BLOCKED' }).click()
  await expect(desk.getByRole('region', { name: 'Detalles' })).toContainText('Se bloqueó una tarjeta')
  await desk.getByRole('button', { name: 'Atender', exact: true }).first().click()
  await desk.getByRole('button', { name: /Cerrar chat/ }).click()
  await desk.getByRole('menuitem', { name: 'Fraude' }).click()
  await customer.hears(/Sua consulta com .* está marcada/) // what had waited
  expect(customer.problems).toEqual([])
})

/** The inbox of the agent, who has chosen Spanish. */
async function signedIn(browser: Browser): Promise<Page> {
  const { page } = await open(browser, { viewport: desktop })
  await page.goto('/')
  await page.locator('input[type=email]').fill(admin.email)
  await page.locator('input[type=password]').fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Bandeja' })).toBeVisible()
  return page
}
