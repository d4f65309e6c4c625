export * from './client'
export * from './consent'
export * from './feed'
export * from './types'
