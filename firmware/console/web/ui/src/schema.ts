// Reads and checks what a person typed against the part of JSON Schema that actions and settings use.
export interface Shape {
  type?: string
  enum?: (string | number)[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  properties?: Record<string, Shape>
  required?: string[]
}

// A complaint is a code with the figures its text needs.
export interface Complaint {
  code: 'required' | 'number' | 'integer' | 'minimum' | 'maximum' | 'min_length' | 'max_length' | 'choice' | 'json'
  params: Record<string, string | number>
}

export type Read = { value: unknown; complaint?: undefined } | { value?: undefined; complaint: Complaint }

const complain = (code: Complaint['code'], params: Complaint['params'] = {}): Read => ({ complaint: { code, params } })

export function readValue(shape: Shape, text: string | boolean, required = false): Read {
  if (shape.type === 'boolean') return { value: text === true || text === 'true' }
  const said = String(text)
  if (said.trim() === '') return required ? complain('required') : { value: undefined }
  if (shape.enum) {
    const found = shape.enum.find((word) => String(word) === said)
    return found === undefined ? complain('choice') : { value: found }
  }
  if (shape.type === 'integer' || shape.type === 'number') return readNumber(shape, said)
  if (shape.type === 'object' || shape.type === 'array') return readJson(said)
  const length = [...said].length
  if (shape.minLength !== undefined && length < shape.minLength) return complain('min_length', { n: shape.minLength })
  if (shape.maxLength !== undefined && length > shape.maxLength) return complain('max_length', { n: shape.maxLength })
  return { value: said }
}

function readNumber(shape: Shape, said: string): Read {
  const value = Number(said.trim())
  if (!Number.isFinite(value)) return complain('number')
  if (shape.type === 'integer' && !Number.isInteger(value)) return complain('integer')
  if (shape.minimum !== undefined && value < shape.minimum) return complain('minimum', { n: shape.minimum })
  if (shape.maximum !== undefined && value > shape.maximum) return complain('maximum', { n: shape.maximum })
  return { value }
}

function readJson(said: string): Read {
  try {
    return { value: JSON.parse(said) as unknown }
  } catch {
    return complain('json')
  }
}
