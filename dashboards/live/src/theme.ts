export type Theme = 'light' | 'dark'

const KEY = 'lodestream.theme'
const prefersDark = matchMedia('(prefers-color-scheme: dark)')

/** What the user chose on this device; undefined: follow the system. */
export function chosenTheme(): Theme | undefined {
  const stored = localStorage.getItem(KEY)
  return stored === 'light' || stored === 'dark' ? stored : undefined
}

/** The theme in force. */
export const themeInForce = (): Theme => chosenTheme() ?? (prefersDark.matches ? 'dark' : 'light')

/** Puts a theme in force; undefined leaves it to the system. */
export function applyTheme(theme: Theme | undefined): void {
  if (theme === undefined) delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

/** Lets the button switch the theme. @param changed told after each change, the system's included. */
export function startThemeSwitch(button: HTMLElement, changed: () => void): void {
  const show = () => {
    const other: Theme = themeInForce() === 'dark' ? 'light' : 'dark'
    button.setAttribute('aria-label', `Switch to the ${other} theme`)
    button.title = `Switch to the ${other} theme`
    changed()
  }
  button.addEventListener('click', () => {
    const other: Theme = themeInForce() === 'dark' ? 'light' : 'dark'
    localStorage.setItem(KEY, other)
    applyTheme(other)
    show()
  })
  prefersDark.addEventListener('change', show)
  show()
}
