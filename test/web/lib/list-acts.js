// What somebody does with the lists: the chats of the sidebar, their menus, and the pages that lie over them.

/** The row of a chat in the list. */
export function rowOf(person, title) {
  return person.chats.getByRole('button', { name: title }).first()
}

/** The chats of the list from the top, by the first of these titles that their rows name. */
export async function orderOf(person, titles) {
  const rows = await person.chats.getByRole('listitem').getByRole('button').allInnerTexts()
  return rows.map((text) => titles.find((title) => text.includes(title))).filter(Boolean)
}

/** Opens the menu of a chat in the list and goes through it: `Mute`, `For 1 hour`. */
export async function chooseInRow(person, title, ...words) {
  await rowOf(person, title).click({ button: 'right' })
  for (const word of words) await person.page.getByRole('menuitem', { name: word, exact: true }).click()
}

/** Opens a page of the left column from the menu above the chats. */
export async function chooseInMenu(person, word) {
  await person.page.getByRole('button', { name: 'Menu', exact: true }).click()
  await person.page.getByRole('menuitem', { name: word, exact: true }).click()
}

/** Writes into the search field over the chats; what is found stands in the list then. */
export async function search(person, words) {
  await person.page.getByRole('textbox', { name: 'Search', exact: true }).first().fill(words)
}
