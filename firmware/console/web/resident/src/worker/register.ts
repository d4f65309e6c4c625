// Browsers take a worker only from an address whose certificate they trust. Where they refuse, the
// app does all the same things, except opening without the gateway.
export async function registerWorker(): Promise<boolean> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !window.isSecureContext) return false
  try {
    await navigator.serviceWorker.register('/app/sw.js', { scope: '/app/', updateViaCache: 'none' })
    return true
  } catch {
    return false
  }
}
