// A person at a browser: does what one does with the mouse and the keyboard, finding everything by its name and role.
import assert from 'node:assert/strict'
import { CODE, newNumber } from '../../js/lib/server.js'
import { desktop, picture } from './browser.js'

const PATIENCE = Number(process.env.HERMOD_TEST_PATIENCE ?? 30_000)

export class Person {
  /** Opens the page in a browser context of its own, which asks for no motion: drawing it is most of the work without a GPU. */
  static async open(browser, server, name, { form = desktop, isOffered = false, ...options } = {}) {
    const person = new Person()
    Object.assign(person, { name, server, phone: newNumber(), errors: [], isPhone: form.isMobile === true })
    person.context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...form, ...options })
    if (!isOffered) await person.context.addInitScript(refuseOffers)
    await person.openPage()
    return person
  }

  /** Opens the page, also anew when it was closed. */
  async openPage() {
    this.page = await this.context.newPage()
    this.page.setDefaultTimeout(PATIENCE)
    this.page.on('pageerror', (error) => this.errors.push(String(error.stack ?? error)))
    this.page.on('console', (line) => line.type() === 'error' && this.errors.push(line.text()))
    await this.page.goto(`http://${this.server.host}:${this.server.port}/`)
  }

  /** Opens the page and signs up with a number that nobody has. */
  static async signUp(browser, server, name, options) {
    const person = await Person.open(browser, server, name, options)
    await person.enterPhone()
    await person.enterCode()
    await person.enterName()
    return person
  }

  async enterPhone(phone = this.phone) {
    await this.page.getByLabel('Phone number').fill(`+${phone}`)
    await this.page.getByRole('button', { name: 'Continue' }).click()
  }

  async enterCode(code = CODE) {
    await this.page.getByLabel('Code', { exact: true }).first().waitFor()
    await this.page.keyboard.type(code)
  }

  async enterName(name = this.name) {
    await this.page.getByLabel('First name').fill(name)
    await this.page.getByRole('button', { name: 'Sign up' }).click()
    await this.chats.waitFor()
  }

  get chats() {
    return this.page.getByRole('navigation', { name: 'Chats' })
  }

  get field() {
    return this.page.getByRole('textbox', { name: 'Message' })
  }

  /** Looks for somebody by the number and opens the chat. */
  async startChat(other) {
    await this.page.getByRole('button', { name: 'New message' }).click()
    await this.page.getByRole('menuitem', { name: 'New private chat' }).click()
    await this.page.getByRole('textbox', { name: 'Name, username or number' }).fill(`+${other.phone}`)
    await this.page.getByRole('button', { name: other.name }).first().click()
    await this.field.waitFor()
  }

  /** The row of a chat in the list, by its whole title. */
  row(title) {
    return this.chats.getByRole('button').filter({ has: this.page.getByText(title, { exact: true }) }).first()
  }

  async openChat(title) {
    await this.row(title).click()
    await this.isIn(title)
  }

  /** Waits until the chat of this title is the one that is open, and not the one before it. */
  async isIn(title) {
    await this.page.getByRole('main').getByText(title, { exact: true }).first().waitFor()
  }

  async write(text) {
    await this.field.fill(text)
    await this.page.getByRole('button', { name: 'Send', exact: true }).click()
  }

  /** Waits until the open chat shows a message with these words. */
  async sees(text) {
    await this.page.getByRole('main').getByText(text, { exact: true }).last().waitFor()
  }

  /** The newest message of the open chat with these words. */
  message(text) {
    return this.page.getByRole('main').getByRole('article').filter({ hasText: text }).last()
  }

  /** Opens the menu of a message and takes an entry. */
  async menu(text, item) {
    await this.message(text).getByText(text).first().click({ button: 'right' })
    await this.page.getByRole('menuitem', { name: item }).click()
  }

  /** Waits until the open chat shows no message with these words any more. */
  async misses(text) {
    await this.page.getByRole('main').getByText(text, { exact: true }).first().waitFor({ state: 'detached' })
  }

  /** At a phone the list is some steps back from the chat; elsewhere it is there already. */
  async showChats() {
    const back = this.page.getByRole('button', { name: 'Back' }).filter({ visible: true }).last()
    for (;;) {
      await this.chats.or(back).first().waitFor()
      if (!this.isPhone || (await this.chats.isVisible())) return
      await this.stepBack(back)
    }
  }

  /** Presses a button that leads back, and waits until it did: a browser takes the step in its own time, and a second press would be one too many. */
  async stepBack(button) {
    const before = await this.page.evaluate(() => JSON.stringify(history.state))
    const [pressed] = await button.elementHandles()
    const isThere = () => pressed?.evaluate((one) => one.isConnected)
    await pressed?.click().catch(async (error) => assert.ok(!(await isThere()), error)) // what is shown may close by itself
    if (await isThere()) await this.page.waitForFunction(([before, pressed]) => !pressed.isConnected || JSON.stringify(history.state) !== before, [before, pressed])
  }

  /** Presses a button that opens a menu, and an item of the menu. */
  async choose(button, item) {
    await button.click()
    await this.page.getByRole('menuitem', { name: item }).click()
  }

  /** Sends files as photos and videos with the button for it. */
  async attach(files, { as = 'Photo or video', caption } = {}) {
    const choosing = this.page.waitForEvent('filechooser')
    await this.choose(this.page.getByRole('button', { name: 'Attach' }), as)
    await (await choosing).setFiles(files)
    const dialog = this.page.getByRole('dialog')
    if (caption) await dialog.getByRole('textbox').fill(caption)
    await dialog.getByRole('button', { name: 'Send', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  /** Gives a face a photo: the button with this name, a file, and its middle square. */
  async choosePhoto(button, file) {
    const choosing = this.page.waitForEvent('filechooser')
    await this.page.getByRole('button', { name: button }).click()
    await (await choosing).setFiles(file)
    await this.page.getByRole('dialog', { name: 'Crop the photo' }).getByRole('button', { name: 'Done' }).click()
  }

  picture(name) {
    return picture(this.page, name)
  }

  close() {
    return this.context.close()
  }
}

/** Runs in the page: whoever is in a test has said that he wants no notifications, so that nothing is offered at any time. */
function refuseOffers() {
  if (!location.protocol.startsWith('http')) return
  const kept = JSON.parse(localStorage.getItem('hermod.settings') ?? '{}')
  localStorage.setItem('hermod.settings', JSON.stringify({ offersNotices: false, ...kept }))
}
