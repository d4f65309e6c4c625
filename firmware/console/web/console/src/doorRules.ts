import type { CredentialKind, DoorDefinition } from '@linli/client'

// What a door's form asks about who may pass: the members of a definition as people choose them.
export const credentialKinds: CredentialKind[] = ['card', 'pin', 'qr', 'totp', 'face']
export interface DoorRules {
  takes: CredentialKind[]
  second: boolean
  clockless: boolean
  zone: string
  passback: 'off' | 'soft' | 'hard'
  forgive_h: string // 0: never
}
const kHourS = 3_600
const kForgiveH = 12
const kMostForgiveH = 720

export function rulesOf(is: Partial<DoorDefinition>): DoorRules {
  const forgive = is.passback?.forgive_after_s
  return {
    takes: is.takes ? [...is.takes] : [...credentialKinds],
    second: is.needs_second_factor ?? false,
    clockless: is.works_without_clock ?? true,
    zone: is.zone ?? '',
    passback: is.passback?.mode ?? 'off',
    forgive_h: String(forgive === undefined ? kForgiveH : forgive / kHourS),
  }
}

// What stands by default is left out, as whoever writes a definition by hand leaves it out.
export function withRules(made: DoorDefinition, rules: DoorRules): DoorDefinition {
  const { takes: _takes, zone: _zone, passback: _passback, ...rest } = made
  const zone = rules.zone.trim()
  const takes = credentialKinds.filter((kind) => rules.takes.includes(kind))
  return {
    ...rest,
    ...(takes.length < credentialKinds.length ? { takes } : {}),
    needs_second_factor: rules.second,
    works_without_clock: rules.clockless,
    ...(zone ? { zone } : {}),
    ...(rules.passback === 'off' ? {} : { passback: { mode: rules.passback, forgive_after_s: Math.round(Number(rules.forgive_h) * kHourS) } }),
  }
}

// The words of what is wrong, below door.form; nothing: it can be sent.
export function wrongRules(rules: DoorRules): { takes?: string; forgive?: string } {
  const wrong: { takes?: string; forgive?: string } = {}
  if (rules.takes.length === 0) wrong.takes = 'takes_needed'
  else if (rules.takes.length === 1 && rules.takes[0] === 'face') wrong.takes = 'takes_face'
  const hours = Number(rules.forgive_h)
  const isHours = rules.forgive_h.trim() !== '' && hours >= 0 && hours <= kMostForgiveH
  if (rules.passback !== 'off' && !isHours) wrong.forgive = 'forgive_hint'
  return wrong
}
