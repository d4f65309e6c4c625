// An invitation comes in the part of the address that is never sent to a server.
export function codeFromLink(hash: string): string | null {
  return /^#i=([\w-]{4,128})$/.exec(hash)?.[1] ?? null
}
