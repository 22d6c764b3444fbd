// What a browser keeps for the page: looked through by the tests of what must be there, and of what must be gone.

/** Everything in the browser's databases and its simple storage, as one text; bytes are read as letters. */
export function readBrowser(person) {
  return person.page.evaluate(async () => {
    const ask = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const plain = (key, value) => (ArrayBuffer.isView(value) ? new TextDecoder('latin1').decode(value) : value)
    const found = [JSON.stringify({ ...localStorage })]
    for (const { name } of await indexedDB.databases()) {
      const database = await ask(indexedDB.open(name))
      for (const store of database.objectStoreNames) {
        const rows = await ask(database.transaction(store).objectStore(store).getAll())
        found.push(`${name}/${store} ${JSON.stringify(rows, plain)}`)
      }
      database.close()
    }
    return found.join('\n')
  })
}
