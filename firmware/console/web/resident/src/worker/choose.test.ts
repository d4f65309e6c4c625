import { describe, expect, it } from 'vitest'
import { choose, outdated } from './choose'

const origin = 'https://gw1.local:8443'
const shell = ['/app/', '/app/assets/index-1.js', '/app/icon.svg']
const asked = (path: string, mode = 'cors', method = 'GET') => choose({ method, mode, url: origin + path }, origin, shell)

describe('the worker', () => {
  it('never keeps what the API says', () => {
    expect(asked('/api/v1/my/devices')).toBe('network')
    expect(asked('/api/v1/session', 'cors', 'DELETE')).toBe('network')
  })
  it('gives a page from the network first, whatever its address in the app', () => {
    expect(asked('/app/', 'navigate')).toBe('page')
    expect(asked('/app/devices?x=1', 'navigate')).toBe('page')
    expect(asked('/app', 'navigate')).toBe('page')
  })
  it('leaves the console alone', () => {
    expect(asked('/', 'navigate')).toBe('network')
    expect(asked('/application', 'navigate')).toBe('network')
    expect(asked('/assets/index-1.js')).toBe('network')
  })
  it('gives only files of its own shell from the cache', () => {
    expect(asked('/app/assets/index-1.js')).toBe('shell')
    expect(asked('/app/assets/index-2.js')).toBe('network')
    expect(choose({ method: 'GET', mode: 'cors', url: 'https://elsewhere.example/app/icon.svg' }, origin, shell)).toBe('network')
  })
  it('throws away its own older shells only', () => {
    expect(outdated(['linli-app-a', 'linli-app-b', 'somebody-else'], 'b')).toEqual(['linli-app-a'])
  })
})
