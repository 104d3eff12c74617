// Runs in the page, before its own scripts; tests call it as `checks.…`.
globalThis.checks = { poorContrasts, hide, shift: 0 }

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) globalThis.checks.shift += entry.value
}).observe({ type: 'layout-shift' })

/** Makes the page believe that it is hidden, or shown again. */
function hide(hidden) {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}

/** Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, AA). */
function poorContrasts() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const over = (below, colour) => {
    for (const fill of [`rgb(${below.join(' ')})`, colour]) {
      canvas.fillStyle = fill
      canvas.fillRect(0, 0, 1, 1)
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const behind = (element) =>
    element === null ? [255, 255, 255] : over(behind(element.parentElement), getComputedStyle(element).backgroundColor)
  const light = (rgb) => {
    const [r, g, b] = rgb.map((channel) => {
      const share = channel / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  return [...document.querySelectorAll('body *')].flatMap((element) => {
    const text = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map((node) => node.data)
    if (text.join('').trim() === '' || !element.checkVisibility() || element.closest('[class*=flash]')) return []
    const ground = behind(element)
    const [a, b] = [light(over(ground, getComputedStyle(element).color)), light(ground)]
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    return contrast < 4.5 ? [`${text.join('').trim()}: ${contrast.toFixed(2)}`] : []
  })
}
