// The words of the page in its languages, for tests that look at more than one.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', '..', '..', 'web', 'lang')

/** All words of a language by their keys. */
export function wordsOf(code) {
  const files = readdirSync(join(folder, code))
  return Object.assign({}, ...files.map((file) => JSON.parse(readFileSync(join(folder, code, file), 'utf8'))))
}

/** Everything on a page that is there to be read: its texts, and the names of its controls. */
export function textsOn(page) {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const texts = []
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest('script, noscript')) texts.push(walker.currentNode.data)
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name))
    }
    return texts.map((text) => text.trim()).filter(Boolean)
  })
}
