import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

// Builds src/worker/sw.ts to sw.js, beside index.html: the one file whose name carries no hash,
// because a worker is known by its address. It holds the list of the shell's files and a version
// made of their names and the page's text, so that it changes exactly when the shell does.
export function shellWorker(): Plugin {
  return {
    name: 'linli-shell-worker',
    apply: 'build',
    async writeBundle(options, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name)).sort()
      const page = bundle['index.html']
      const text = page?.type === 'asset' ? String(page.source) : ''
      const version = createHash('sha256').update(names.join('\n')).update(text).digest('hex').slice(0, 12)
      const shell = ['', ...names, 'icon.svg'].map((name) => `/app/${name}`)
      const made = await build({
        configFile: false,
        logLevel: 'warn',
        define: { __SHELL__: JSON.stringify(shell), __VERSION__: JSON.stringify(version) },
        build: {
          write: false,
          target: 'es2020',
          lib: { entry: fileURLToPath(new URL('src/worker/sw.ts', import.meta.url)), formats: ['iife'], name: 'sw' },
        },
      })
      const chunk = [made].flat().flatMap((one) => ('output' in one ? one.output : []))[0]
      if (chunk?.type !== 'chunk') throw new Error('src/worker/sw.ts gave no script')
      writeFileSync(join(options.dir ?? '', 'sw.js'), chunk.code)
    },
  }
}
