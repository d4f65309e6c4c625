import type { Property } from '@linli/client'
import { gatewayNow } from '@linli/ui'

// The properties with what a live message says of them: a name and its bare value, new this moment.
export function withValues(properties: Property[], values: unknown, nowMs = gatewayNow()): Property[] {
  if (typeof values !== 'object' || values === null) return properties
  const said = new Map(Object.entries(values))
  return properties.map((property) =>
    said.has(property.name)
      ? { ...property, value: said.get(property.name), at: new Date(nowMs).toISOString(), age_s: 0, stale: false }
      : property,
  )
}
