import { webcrypto } from 'node:crypto'

// Browsers have it, and node since 19.
globalThis.crypto ??= webcrypto as Crypto
