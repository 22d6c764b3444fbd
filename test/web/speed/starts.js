// From opening the page to the list of 500 chats.
import { line } from './report.js'

const runs = 5

export async function measureStarts({ page, person, line: way }) {
  const address = `http://${way.host}:${way.port}/`
  const warm = []
  const cold = []
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true))
  for (let i = 0; i < runs; i++) {
    await page.goto(address)
    warm.push(await page.evaluate(() => window.hermodSpeed.start))
    await person.field.or(person.chats).first().waitFor()
  }
  for (let i = 0; i < runs; i++) {
    await forget(page, address)
    await page.goto(address)
    cold.push(await page.evaluate(() => window.hermodSpeed.start))
  }
  return [
    line('cold start to the list of 500 chats, nothing kept but the session', 'ms', cold, { mark: 1500 }),
    line('warm start to the list of 500 chats', 'ms', warm, { mark: 700 }),
  ]
}

/** Leaves nothing of the page and of the chats in the browser; only the keys of the session stay. */
async function forget(page, address) {
  await page.goto(`${address}connect`)
  await page.evaluate(async () => {
    const databases = await indexedDB.databases()
    const kept = databases.filter(({ name }) => name.includes('cache'))
    await Promise.all(kept.map(({ name }) => new Promise((done) => (indexedDB.deleteDatabase(name).onsuccess = done))))
  })
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', { origin: address.slice(0, -1), storageTypes: 'service_workers,cache_storage' })
  await devtools.send('Network.clearBrowserCache')
  await devtools.detach()
}
