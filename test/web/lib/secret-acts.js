// What people do in secret chats, and what their browsers keep of them.

/** Asks for a secret chat from the menu of the open private chat. */
export async function askForSecret(person) {
  await person.choose(menuOf(person), 'Start secret chat')
  await confirmRequest(person)
}

/** Says yes to the question that explains what a secret chat is. */
export async function confirmRequest(person) {
  await person.page.getByRole('dialog', { name: 'Start a secret chat?' }).getByRole('button', { name: 'Start', exact: true }).click()
}

/** The button for the menu of the open chat. */
export function menuOf(person) {
  return person.page.getByRole('main').getByRole('button', { name: 'More' }).first()
}

/** The row of the secret chat with somebody: there is one of the private chat too. */
export function secretRow(person, other) {
  return secretRows(person, other).first()
}

function secretRows(person, other) {
  const lock = person.page.getByRole('img', { name: 'Secret chat' })
  return person.chats.getByRole('button', { name: other.name }).filter({ has: lock })
}

export async function openSecret(person, other) {
  await person.showChats()
  await secretRow(person, other).click()
}

/** Opens the secret chat that somebody asks for. */
export async function openRequest(person, other) {
  await person.showChats()
  await secretRows(person, other).filter({ hasText: 'asks you for a secret chat' }).click()
}

/** Both agree on a secret chat and have it open. */
export async function agreeOnSecret(asking, asked) {
  await askForSecret(asking)
  await asking.sees(`Waiting for ${asked.name} to accept …`)
  await openRequest(asked, asking)
  await asked.page.getByRole('button', { name: 'Accept' }).click()
  await Promise.all([asking.field.waitFor(), asked.field.waitFor()])
}

/** Takes the open chat, which is over, out of the list; it closes with that. */
export async function removeEnded(person, other) {
  await person.sees('This secret chat has ended.')
  await person.page.getByRole('button', { name: 'Remove from the list' }).click()
  await person.misses('This secret chat has ended.')
  await person.chats.waitFor()
  await secretRow(person, other).waitFor({ state: 'detached' })
}

/** Chooses after how long messages vanish, in the words of the dialog. */
export async function setTimer(person, words) {
  await person.page.getByRole('button', { name: 'Self-destruct timer' }).click()
  const dialog = person.page.getByRole('dialog', { name: 'Self-destruct timer' })
  await dialog.getByRole('radio', { name: words, exact: true }).click()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** What the dialog with the key shows: the squares, the emoji, the text. */
export async function readKey(person) {
  await person.choose(menuOf(person), 'Encryption key')
  const dialog = person.page.getByRole('dialog', { name: 'Encryption key' })
  const squares = await dialog.getByRole('img', { name: 'Picture of the key' }).innerHTML()
  const emoji = await dialog.getByRole('img').last().getAttribute('aria-label')
  const text = await dialog.getByRole('code').innerText()
  await person.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  return { squares, emoji, text }
}

/** What lies in the browser: `raw` as somebody finds it who copies its files, `chats` as the page itself can read it. */
export function readVault(person) {
  return person.page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name).filter((name) => /^hermod-\d+-secret$/.test(name))
    const results = await Promise.all(names.map(readDatabase))
    return { names, raw: results.map(({ raw }) => raw).join(), isExtractable: results.some((found) => found.isExtractable), chats: results.flatMap((found) => found.chats) }

    async function readDatabase(name) {
      const db = await asked(indexedDB.open(name))
      const key = await asked(db.transaction('keys').objectStore('keys').get('records'))
      const store = db.transaction('records').objectStore('records')
      const [labels, sealed] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())])
      db.close()
      const raw = sealed.map((bytes) => new TextDecoder('latin1').decode(bytes)).join()
      const chats = labels.flatMap((label, i) => (label.startsWith('chat/') ? [open(key, label, sealed[i])] : []))
      return { raw, isExtractable: key.extractable, chats: await Promise.all(chats) }
    }

    async function open(key, label, bytes) {
      const algorithm = { name: 'AES-GCM', iv: bytes.slice(0, 12), additionalData: new TextEncoder().encode(label) }
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, bytes.slice(12))))
    }

    function asked(request) {
      return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    }
  })
}
