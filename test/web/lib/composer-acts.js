// What somebody does while writing: marks words, and pastes what another program copied.

/** Selects a word of the field, as a double click does. */
export async function select(person, word) {
  await person.field.evaluate((field, word) => {
    const walker = document.createTreeWalker(field, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.data.indexOf(word)
      if (at >= 0) return getSelection().setBaseAndExtent(node, at, node, at + word.length)
    }
  }, word)
}

/** Puts formatted text into the clipboard, as another program does, and pastes it. */
export async function pasteHTML(person, html, text) {
  await person.page.evaluate(
    ([html, text]) => {
      const blob = (type, words) => new Blob([words], { type })
      return navigator.clipboard.write([new ClipboardItem({ 'text/html': blob('text/html', html), 'text/plain': blob('text/plain', text) })])
    },
    [html, text],
  )
  await person.field.press('Control+v')
}
