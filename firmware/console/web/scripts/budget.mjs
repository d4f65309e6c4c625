// What a browser must load before the first page stands, and what each further chunk may weigh.
// Bytes are those of brotli, as they go over the wire.
import { statSync } from 'node:fs'
import { join } from 'node:path'

const kB = 1000
const firstLoad = { console: 110 * kB, resident: 80 * kB }
const chunk = 30 * kB

function staticImports(manifest, key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const other of manifest[key].imports ?? []) staticImports(manifest, other, seen)
  return seen
}

export function overBudget(app, folder, manifest) {
  const weight = (file) => statSync(join(folder, `${file}.br`)).size
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
  const early = staticImports(manifest, entry)
  const complaints = []
  const first = new Set(['index.html'])
  for (const key of early) for (const file of [manifest[key].file, ...(manifest[key].css ?? [])]) first.add(file)
  const total = [...first].reduce((sum, file) => sum + weight(file), 0)
  console.log(`${app}: first load ${(total / kB).toFixed(1)} kB of ${firstLoad[app] / kB} kB`)
  if (total > firstLoad[app]) complaints.push(`${app}: the first load weighs ${total} bytes, ${firstLoad[app]} are allowed`)
  if ([...early].some((key) => /uplot/i.test(key))) complaints.push(`${app}: uPlot is loaded before a chart is shown`)
  let heaviest = 0
  for (const [key, { file }] of Object.entries(manifest)) {
    if (early.has(key) || !file.endsWith('.js')) continue
    heaviest = Math.max(heaviest, weight(file))
    if (weight(file) > chunk) complaints.push(`${app}: ${file} weighs ${weight(file)} bytes, ${chunk} are allowed`)
  }
  console.log(`${app}: heaviest further chunk ${(heaviest / kB).toFixed(1)} kB of ${chunk / kB} kB`)
  return complaints
}
