// What one does with the messages of the open chat, at a desktop with the mouse and at a phone with a finger.

/** The open chat. */
export const chatOf = (person) => person.page.getByRole('main')

/** The newest message with these words. */
export const messageOf = (person, words) => person.message(words)

/** Opens the menu of a message: by the right mouse button, or by a finger that rests on it. */
export async function openMenu(person, words) {
  const message = messageOf(person, words)
  const target = message.getByText(words).last()
  if (person.isPhone) await hold(person, target)
  else await target.click({ button: 'right' })
  await person.page.getByRole('menu').waitFor()
}

/** Chooses an entry of the menu of a message. */
export async function choose(person, words, entry) {
  await openMenu(person, words)
  await person.page.getByRole('menuitem', { name: entry }).click()
}

/** Chooses an entry of the menu of the open chat. */
export async function chooseInChat(person, entry) {
  await chatOf(person).getByRole('button', { name: 'More' }).first().click()
  await person.page.getByRole('menuitem', { name: entry }).click()
}

/** Presses a button of the dialog that stands open. */
export async function answer(person, name) {
  await dialogOf(person).getByRole('button', { name, exact: true }).click()
}

export const dialogOf = (person) => person.page.getByRole('dialog').or(person.page.getByRole('alertdialog'))

/** Rests a finger on something until its menu is there. */
async function hold(person, target) {
  await target.scrollIntoViewIfNeeded()
  const { x, y, width, height } = await target.boundingBox()
  const touch = await touchesOf(person)
  const point = { x: x + Math.min(width / 2, 40), y: y + height / 2 }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
  await person.page.getByRole('menu').waitFor()
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

/** Draws a message aside with a finger. */
export async function swipe(person, words) {
  const { x, y, width, height } = await messageOf(person, words).boundingBox()
  const touch = await touchesOf(person)
  const at = (shift) => [{ x: x + width * 0.8 - shift, y: y + height / 2 }]
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })
  for (const shift of [20, 50, 80, 100]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(shift) })
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

async function touchesOf(person) {
  person.touches ??= await person.context.newCDPSession(person.page)
  return person.touches
}

/** Marks some words of a message with the mouse and opens the menu over them. */
export async function markAndOpenMenu(person, words, part) {
  const { x, y, width, height } = await messageOf(person, words).getByText(words).last().evaluate(selectWords, part)
  await person.page.mouse.click(x + width / 2, y + height / 2, { button: 'right' })
  await person.page.getByRole('menu').waitFor()
}

function selectWords(element, part) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const start = walker.currentNode.data.indexOf(part)
    if (start < 0) continue
    const range = new Range()
    range.setStart(walker.currentNode, start)
    range.setEnd(walker.currentNode, start + part.length)
    getSelection().removeAllRanges()
    getSelection().addRange(range)
    return range.getBoundingClientRect().toJSON()
  }
}

/** What the person copied. */
export const clipboard = (person) => person.page.evaluate(() => navigator.clipboard.readText())
