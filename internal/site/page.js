// Tabs, copy buttons and the status. Without this script the page shows everything, one below the other.
document.documentElement.classList.add('js')
const snippets = document.getElementById('snippets')
const articles = [...snippets.children]
const list = document.createElement('div')
list.setAttribute('role', 'tablist')
list.setAttribute('aria-label', 'Client library')
const tabs = articles.map((article) => {
  const tab = document.createElement('button')
  tab.id = `${article.id}-tab`
  tab.textContent = article.getAttribute('aria-label')
  tab.setAttribute('role', 'tab')
  tab.setAttribute('aria-controls', article.id)
  article.setAttribute('role', 'tabpanel')
  article.setAttribute('aria-labelledby', tab.id)
  article.removeAttribute('aria-label')
  tab.addEventListener('click', () => select(articles.indexOf(article)))
  list.append(tab)
  return tab
})
snippets.before(list)

function select(index) {
  tabs.forEach((tab, i) => {
    tab.setAttribute('aria-selected', String(i === index))
    tab.tabIndex = i === index ? 0 : -1
    articles[i].hidden = i !== index
  })
}

list.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  const at = tabs.indexOf(document.activeElement)
  if (!step || at < 0) return
  const next = (at + step + tabs.length) % tabs.length
  select(next)
  tabs[next].focus()
})
select(Math.max(0, articles.findIndex((a) => `#${a.id}` === location.hash)))

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]')
  if (!button) return
  const source = document.getElementById(button.dataset.copy)
  const done = await copy(source)
  button.textContent = done ? 'Copied' : 'Press Ctrl+C'
  setTimeout(() => (button.textContent = 'Copy'), 1500)
})

// The clipboard is open to secure pages only; elsewhere the text is selected and the old command tried.
async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent)
    return true
  } catch {
    getSelection().selectAllChildren(source)
    return document.execCommand('copy')
  }
}

const state = document.getElementById('status')
async function check() {
  let healthy = false
  let text = 'Unreachable'
  try {
    const answer = await fetch('status', { cache: 'no-store' })
    healthy = (await answer.json()).healthy
    text = healthy ? 'Healthy' : 'In trouble'
  } catch {}
  state.className = `status ${healthy ? 'good' : 'bad'}`
  if (state.textContent !== text) state.textContent = text
}
setInterval(check, 10000)
