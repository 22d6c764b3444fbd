// The way through the settings, by what stands on the screen.

/** Opens the settings, and in them one page after the other. */
export async function openSettings(person, ...pages) {
  await person.showChats()
  await person.choose(person.page.getByRole('button', { name: 'Menu' }), 'Settings')
  for (const page of pages) await openPage(person, page)
}

export async function openPage(person, name) {
  await person.page.getByRole('button', { name }).click()
}

/** Steps back until the chats are there. */
export async function leaveSettings(person) {
  const back = person.page.getByRole('button', { name: 'Back' }).filter({ visible: true }).first()
  await back.or(person.chats).first().waitFor()
  while (!(await person.chats.isVisible())) await person.stepBack(back)
}

/** Presses the button of a question and answers it by the button `action`. */
export async function confirm(person, button, action = button) {
  await person.page.getByRole('button', { name: button, exact: true }).click()
  await person.page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click()
}

export async function logOut(person) {
  await openSettings(person)
  await confirm(person, 'Log out')
  await person.page.getByLabel('Phone number').waitFor()
}

/** Opens the profile of the one whose chat is open; returns the column that holds it. */
export async function openProfile(person, name) {
  await person.page.getByRole('main').getByRole('button', { name }).first().click()
  const column = person.page.getByRole('complementary', { name: 'About this chat' })
  await column.getByText(name).first().waitFor()
  return column
}

/** Takes the second password of the account, and a hint to it, from the page of the password. */
export async function setPassword(person, password, { hint = '', email = '' } = {}) {
  await person.page.getByRole('button', { name: 'Set a password' }).click()
  const dialog = person.page.getByRole('dialog')
  await dialog.getByLabel('New password').fill(password)
  await dialog.getByLabel('Once more').fill(password)
  await dialog.getByLabel('Hint').fill(hint)
  await dialog.getByLabel('Recovery e-mail').fill(email)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
}

export async function closeProfile(person) {
  const column = person.page.getByRole('complementary', { name: 'About this chat' })
  await column.getByRole('button', { name: /^(Back|Close)$/ }).first().click()
  await column.waitFor({ state: 'detached' })
}
