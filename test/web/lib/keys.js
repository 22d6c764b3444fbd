// The keyboard, and where it leads.

/** What has the focus: its name, or its words. */
export function focused(page) {
  return page.evaluate(() => {
    const { activeElement: element } = document
    const named = element?.getAttribute('aria-labelledby')?.split(' ').map((id) => document.getElementById(id)?.textContent).join(' ')
    return element?.getAttribute('aria-label') ?? named ?? (element === document.body ? '' : (element?.textContent?.trim().replace(/\s+/g, ' ') ?? ''))
  })
}

/** Presses Tab until something with this name has the focus; fails when it never comes. */
export async function tabTo(page, name, { back = false, most = 40 } = {}) {
  const passed = []
  for (let i = 0; i < most; i++) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
    passed.push(await focused(page))
    if (name.test(passed.at(-1))) return
  }
  throw new Error(`Tab never came to ${name}, only to ${passed.join(' | ')}`)
}
