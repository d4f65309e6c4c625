export * from './client'
export * from './feed'
export * from './types'
