export interface MyDoor {
  id: string
  name: string
  place: string
  group: number
  phase: string
  open: boolean | null // what the contact says; null: nobody knows
  blocked: boolean
  released: boolean // by a fire: it is unlocked
}

export interface Visit {
  id: string
  kind: 'pass' | 'code'
  doors: string[]
  from: string
  until: string
  uses: number
  used: number
}

export interface GivenVisit {
  id: string
  pass?: string
  code?: string
  until: string
}

export interface Delegation {
  id: string
  from_person: string
  from_name: string
  to_person: string
  to_name: string
  actions: string[]
  from: string
  until: string
}

export interface MyHome {
  place: string
  people: { id: string; name: string; role: 'resident' | 'family'; me: boolean }[]
  delegations: Delegation[]
}

export interface Passage {
  at: string
  time: string
  door: string
  door_name: string
  granted: boolean
  reason: string
  kind: string
  who: 'self' | 'visitor' | 'other'
}

export interface MyFace {
  faces: number
  consent: { text: string; noted_by: string; given_at: string; withdrawn_at: string | null } | null
}
