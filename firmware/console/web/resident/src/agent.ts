// What a browser calls itself, in two words that its owner recognises. Names of products stay as they
// are; `null` where nothing is recognised.
export interface Agent {
  app: 'wechat' | 'edge' | 'firefox' | 'chrome' | 'safari' | null
  system: 'iphone' | 'ipad' | 'harmony' | 'android' | 'windows' | 'mac' | 'linux' | null
}

// In this order: later ones name themselves within earlier ones.
const apps: [RegExp, Agent['app']][] = [
  [/MicroMessenger/, 'wechat'],
  [/\bEdgA?\b|EdgiOS/, 'edge'],
  [/Firefox|FxiOS/, 'firefox'],
  [/Chrome|CriOS|Chromium/, 'chrome'],
  [/Safari/, 'safari'],
]
const systems: [RegExp, Agent['system']][] = [
  [/iPhone/, 'iphone'],
  [/iPad/, 'ipad'],
  [/HarmonyOS|OpenHarmony/, 'harmony'],
  [/Android/, 'android'],
  [/Windows/, 'windows'],
  [/Mac OS X|Macintosh/, 'mac'],
  [/Linux/, 'linux'],
]

export function agentOf(text: string): Agent {
  const first = <T>(list: [RegExp, T][]): T | null => list.find(([pattern]) => pattern.test(text))?.[1] ?? null
  return { app: first(apps), system: first(systems) }
}
