// Runs in the page, before it: tells when something was painted. Nothing runs but while somebody waits.

export function watch() {
  const marks = (window.hermodSpeed = {})

  /** The time at which the frame in which `isThere` holds was painted. */
  marks.painted = (isThere) =>
    new Promise((resolve) => {
      const look = () => (isThere() ? setTimeout(() => resolve(performance.now())) : requestAnimationFrame(look))
      requestAnimationFrame(look)
    })

  /** The time from an event to the step in which `isThere` holds, and to the frame that shows it. */
  marks.after = (type, isThere) =>
    new Promise((resolve) => {
      const begin = ({ timeStamp }) => {
        const observer = new MutationObserver(() => {
          if (!isThere()) return
          observer.disconnect()
          const drawn = performance.now() - timeStamp
          requestAnimationFrame(() => setTimeout(() => resolve({ drawn, painted: performance.now() - timeStamp })))
        })
        observer.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
      }
      window.addEventListener(type, begin, { capture: true, once: true })
    })

  marks.list = () => document.querySelector('nav[aria-label="Chats"]')
  marks.articles = () => [...document.querySelectorAll('[role="log"] [role="article"]')]
  marks.article = (text) => marks.articles().find((article) => article.textContent.includes(text))

  /** The time from the start of the page to the frame that shows chats with their last messages. */
  marks.start = marks.painted(() => /word\d/.test(marks.list()?.textContent ?? ''))

  /** Counts the frames until it is told to stop: their number, the longest ones, and the tasks that held them up. */
  marks.frames = () => {
    const lengths = []
    const tasks = []
    let last = performance.now()
    let isRunning = true
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
    observer.observe({ type: 'longtask' })
    const step = (now) => {
      lengths.push(Math.floor(now - last)) // three frames of the screen are 50 ms, and some hundredths
      last = now
      if (isRunning) requestAnimationFrame(step)
    }
    requestAnimationFrame((now) => ((last = now), requestAnimationFrame(step)))
    return () => {
      isRunning = false
      observer.disconnect()
      lengths.sort((a, b) => b - a)
      tasks.sort((a, b) => b - a)
      return { count: lengths.length, longest: lengths.slice(0, 8), tasks: tasks.slice(0, 8) }
    }
  }
}
