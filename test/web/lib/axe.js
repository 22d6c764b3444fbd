// What axe finds on a page: rules about names, roles, order and contrast that a machine can check.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Fails with what axe finds on the page of somebody, or in `part` of it; in the dark theme, looked at once, only colours are left to see. */
export async function assertAccessible(person, where, part) {
  const { page } = person
  for (const colorScheme of person.isPhone ? ['light'] : ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    const found = await inspect(page, part, colorScheme === 'dark' ? ['color-contrast'] : undefined)
    assert.deepEqual(found, [], `${where}, ${colorScheme}`)
  }
}

/** Waits until nothing moves, and returns one line for each fault. */
async function inspect(page, part, rules) {
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity))
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source)
  return page.evaluate(async ([part, values]) => {
    const { violations } = await window.axe.run(part ?? document, values ? { runOnly: { type: 'rule', values } } : {})
    return violations.flatMap(({ id, nodes }) => nodes.slice(0, 4).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? node.none[0]?.message ?? ''}`))
  }, [part, rules])
}
