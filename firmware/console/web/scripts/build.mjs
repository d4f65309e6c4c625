// Builds both apps to one folder, lays .br and .gz beside each file and holds the budgets.
// node scripts/build.mjs [OUT]   (default: dist)
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'
import { overBudget } from './budget.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const out = resolve(process.argv[2] ?? join(root, 'dist'))
const apps = [
  { name: 'console', to: out },
  { name: 'resident', to: join(out, 'app') },
]

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? files(path) : [path]
  })
}

function compress(path) {
  const bytes = readFileSync(path)
  const br = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  })
  writeFileSync(`${path}.br`, br)
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const manifests = {}
for (const app of apps) {
  await build({
    configFile: join(root, app.name, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: app.to, emptyOutDir: false },
  })
  manifests[app.name] = JSON.parse(readFileSync(join(app.to, '.vite/manifest.json'), 'utf8'))
  rmSync(join(app.to, '.vite'), { recursive: true })
}
for (const path of files(out)) if (/\.(js|css|html|svg|json|txt|webmanifest)$/.test(path)) compress(path)

const complaints = apps.flatMap((app) => overBudget(app.name, app.to, manifests[app.name]))
for (const line of complaints) console.error(line)
process.exit(complaints.length === 0 ? 0 : 1)
