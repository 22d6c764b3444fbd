// What somebody does to make a group or channel and to run it: the pages of the left column that make one, and those of
// the right column that say what it is and who may do what.

export const info = (person) => person.page.getByRole('complementary', { name: 'About this chat' })
export const dialog = (person) => person.page.getByRole('dialog')

/** A row of the right column, or of a dialog, that begins with these words. */
export const rowOf = (place, words) => place.getByRole('button', { name: new RegExp(`^${words}`) }).first()

/** Begins something by the button under the list of chats. */
export async function begin(person, what) {
  await person.showChats()
  await person.choose(person.page.getByRole('button', { name: 'New message' }), what)
}

/** Finds somebody by the number and ticks the row. */
export async function pick(person, other) {
  await person.page.getByRole('textbox', { name: 'Name, username or number' }).fill(`+${other.phone}`)
  await person.page.getByRole('list', { name: 'People' }).getByRole('button', { name: other.name }).click()
}

export async function makeGroup(person, title, others, photo) {
  await begin(person, 'New group')
  for (const other of others) await pick(person, other)
  await person.page.getByRole('button', { name: others.length > 0 ? 'Continue' : 'Without members' }).click()
  await person.page.getByRole('textbox', { name: 'Name of the group' }).fill(title)
  if (photo) await person.choosePhoto('Choose a picture', photo)
  await person.page.getByRole('button', { name: 'Create group' }).click()
  await person.isIn(title)
  await person.field.waitFor()
}

/** Makes a channel: a public one with a username, or a private one. */
export async function makeChannel(person, title, { about = '', username, others = [], photo } = {}) {
  const { page } = person
  await begin(person, 'New channel')
  await page.getByRole('textbox', { name: 'Name of the channel' }).fill(title)
  await page.getByRole('textbox', { name: 'Description' }).fill(about)
  if (photo) await person.choosePhoto('Choose a picture', photo)
  await page.getByRole('button', { name: 'Create channel' }).click()
  if (username) await choosePublic(person, username)
  await page.getByRole('button', { name: 'Continue' }).click()
  for (const other of others) await pick(person, other)
  await page.getByRole('button', { name: others.length > 0 ? 'Add' : 'Not now', exact: true }).click()
  await person.isIn(title)
  await person.field.waitFor()
}

/** Makes the chat public under this name. */
export async function choosePublic(person, username) {
  await person.page.getByRole('radio', { name: /^Public/ }).check({ force: true })
  await person.page.getByRole('textbox', { name: 'Public name' }).fill(username)
  await person.page.getByText('This name is free.').waitFor()
}

/** Opens the right column at the chat's own page, and from there these rows one after the other. */
export async function openInfo(person, ...rows) {
  await closeInfo(person)
  const chat = person.page.getByRole('main')
  const more = chat.getByRole('button', { name: 'More', exact: true })
  const topics = chat.getByRole('button', { name: /Topics$/ })
  await more.or(topics).first().waitFor()
  if (await more.isVisible()) await person.choose(more, 'Info')
  else await topics.click()
  for (const words of rows) await rowOf(info(person), words).click()
}

/** Closes the right column with all its pages. */
export async function closeInfo(person) {
  while (await info(person).isVisible()) await leaveInfo(person)
}

/** One page of the right column back. */
export async function leaveInfo(person) {
  const heading = info(person).getByRole('heading', { level: 2 }).first()
  const title = await heading.textContent()
  await info(person).getByRole('button', { name: /^(Back|Close)$/ }).first().click()
  await info(person).getByRole('heading', { level: 2, name: title, exact: true }).first().waitFor({ state: 'detached' })
}

/** Sets a switch of the right column. */
export async function flip(person, label, isOn) {
  const button = info(person).getByRole('switch', { name: label })
  if ((await button.getAttribute('aria-checked')) !== String(isOn)) await button.click()
  await info(person).getByRole('switch', { name: label, checked: isOn }).waitFor()
}

/** What an admin does with somebody in a list of members. */
export async function chooseForMember(person, name, item) {
  await person.choose(info(person).getByRole('button', { name: `What to do with ${name}` }), item)
}

/** Follows a link in a page of its own, as one from elsewhere is followed, up to the button that leads to the program. */
export async function follow(person, link) {
  await person.page.goto(link)
  await person.page.getByRole('link', { name: 'Open in the browser' }).click()
}

/** Answers the question that a dialog asks. */
export const confirm = (person, word) => dialog(person).getByRole('button', { name: word, exact: true }).last().click()
