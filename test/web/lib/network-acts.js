// What people with a bad network do, and what they see of it.
import assert from 'node:assert/strict'

/** What browsers write into the console when a server cannot be reached. */
export const noNetwork = /WebSocket connection to|Failed to load resource|net::ERR_/

/** The line under the name of the open chat. */
export function stateLine(person, words) {
  return person.page.getByRole('main').getByText(words, { exact: true })
}

/** The line under the list of chats. */
export function stateOfLists(person, words) {
  return person.page.getByLabel('Chats and settings').getByRole('status').getByText(words)
}

/** Waits until the server has every message of the open chat. */
export async function allSent(person) {
  const waiting = person.page.getByRole('main').getByRole('img', { name: 'Sending' })
  await waiting.first().waitFor({ state: 'detached' })
}

/** Fails unless the open chat shows exactly these, from the top. */
export async function seesOnce(person, pattern, wanted) {
  const articles = await person.page.getByRole('main').getByRole('article').allInnerTexts()
  const found = articles.flatMap((text) => pattern.exec(text)?.[0] ?? [])
  assert.deepEqual(found, wanted, `what ${person.name} sees`)
}

/** Loads the page anew, when what answers without a network is in place. */
export async function reload(person) {
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await person.page.reload()
}

export function numbered(word, count) {
  return Array.from({ length: count }, (_, index) => `${word} ${index + 1}`)
}
