import type { Device, Words } from '@linli/client'
import { onScopeDispose, shallowReactive } from 'vue'
import { client } from './state'
import { useWords } from './words'

// What a list needs of the devices it names: their names and the titles of their words.
interface Known {
  name: string
  actions: Map<string, Words | undefined>
  events: Map<string, Words | undefined>
}

const known = shallowReactive(new Map<string, Known | null>())
const waiting: string[] = []
const kAtOnce = 4
let running = 0

async function next(): Promise<void> {
  const id = waiting.shift()
  if (id === undefined || running >= kAtOnce) {
    if (id !== undefined) waiting.unshift(id)
    return
  }
  running += 1
  try {
    const { data } = await client.get<Device>(`/devices/${encodeURIComponent(id)}`)
    known.set(id, {
      name: data.name,
      actions: new Map(data.actions.map((one) => [one.name, one.title])),
      events: new Map(data.events.map((one) => [one.name, one.title])),
    })
  } catch {
    // A device that is gone keeps its id in the list.
  } finally {
    running -= 1
    void next()
  }
}

function ask(id: string): Known | null | undefined {
  if (!known.has(id)) {
    known.set(id, null)
    waiting.push(id)
    void next()
  }
  return known.get(id)
}

// Asked for while a list is drawn; each device is read once as long as the list stands.
export function useThings() {
  const { titled } = useWords()
  onScopeDispose(() => {
    known.clear()
    waiting.length = 0
  })
  return {
    deviceName: (id: string) => ask(id)?.name || id,
    actionTitle: (id: string | null, action: string) => titled(id ? (ask(id)?.actions.get(action) ?? undefined) : undefined, action),
    eventTitle: (id: string | null, type: string) => titled(id ? (ask(id)?.events.get(type) ?? undefined) : undefined, type),
  }
}
