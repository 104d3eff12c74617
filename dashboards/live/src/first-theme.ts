import { applyTheme, chosenTheme } from './theme.ts'

// Runs before the first paint, so that a chosen theme does not flash by in the other one.
applyTheme(chosenTheme())
