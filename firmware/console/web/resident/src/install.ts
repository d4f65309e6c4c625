import { ref } from 'vue'

// The browser's own offer to put the app on the home screen, kept until the person asks for it. It
// is never pushed at anybody.
interface InstallOffer extends Event {
  prompt: () => Promise<unknown>
}

const offer = ref<InstallOffer | null>(null)
export const canInstall = ref(false)

export function watchInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    offer.value = event as InstallOffer
    canInstall.value = true
  })
  addEventListener('appinstalled', () => (canInstall.value = false))
}

export async function install(): Promise<void> {
  const now = offer.value
  offer.value = null
  canInstall.value = false
  await now?.prompt()
}
