import { ref, watch } from 'vue'

export type Theme = 'auto' | 'light' | 'dark' | 'elder'
export const themes: Theme[] = ['auto', 'light', 'dark', 'elder']

const kKey = 'linli.theme'

function stored(): Theme {
  try {
    const word = localStorage.getItem(kKey) as Theme | null
    return word && themes.includes(word) ? word : 'auto'
  } catch {
    return 'auto'
  }
}

export const theme = ref<Theme>('auto')

// Called once, before the app is mounted: no page is ever painted in the wrong colours.
export function startTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const chosen = theme.value === 'auto' ? (dark.matches ? 'dark' : 'light') : theme.value
    document.documentElement.dataset.theme = chosen
  }
  theme.value = stored()
  apply()
  dark.addEventListener('change', apply)
  watch(theme, (word) => {
    try {
      localStorage.setItem(kKey, word)
    } catch {
      // A browser that stores nothing keeps the choice until it is closed.
    }
    apply()
  }, { flush: 'sync' })
}
