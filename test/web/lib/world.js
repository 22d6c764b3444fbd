// What the tests of a file share: a server of their own and one browser, in which everybody has a context, and with it
// a storage, of his own.
import assert from 'node:assert/strict'
import { Server } from '../../js/lib/server.js'
import { launch } from './browser.js'
import { Person } from './person.js'

export class World {
  people = []
  #expected = []

  /** Starts a server, with `flags` added to its command line, and a browser. */
  static open(...flags) {
    return World.openIn(launch(), ...flags)
  }

  /** The same with a browser that was started in another way. */
  static async openIn(browser, ...flags) {
    const world = new World()
    ;[world.server, world.browser] = await Promise.all([Server.start(...flags), browser])
    return world
  }

  /**
   * A person who has signed up; `options` are those of the browser's context, and `form`: desktop or phone, and
   * `through`: another way to the server, such as a Line, and `isOffered`: whether he is asked about notifications.
   */
  signUp(name, { through = this.server, ...options } = {}) {
    return this.#join(Person.signUp(this.browser, through, name, options))
  }

  /** Somebody at the login page; options as above. */
  visit(name, { through = this.server, ...options } = {}) {
    return this.#join(Person.open(this.browser, through, name, options))
  }

  /** Says that lines like this in a page's console are what the tests provoke. */
  expects(pattern) {
    this.#expected.push(pattern)
  }

  async #join(opening) {
    const person = await opening
    this.people.push(person)
    return person
  }

  /** Leaves a picture of every page, for whoever looks into a failure; to be called after each test. */
  async pictures(name) {
    for (const person of this.people) if (!person.page.isClosed()) await person.picture(`${name} ${person.name}`)
  }

  /** Ends everything and fails when a page reported an error. */
  async close() {
    await this.browser?.close()
    await this.server?.stop()
    const errors = this.people.flatMap((person) => person.errors.map((error) => `${person.name}: ${error}`))
    assert.deepEqual(errors.filter((error) => !this.#expected.some((pattern) => pattern.test(error))), [])
  }
}
