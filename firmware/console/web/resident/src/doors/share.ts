import qrcode from 'qrcode-generator'
import { giveFile } from '../file'

const kModule = 10 // pixels
const kQuiet = 4 // modules of white around it

// As a picture, because the guest shows it to the door.
export function drawPass(text: string): HTMLCanvasElement {
  const code = qrcode(0, 'M')
  code.addData(text, 'Byte')
  code.make()
  const count = code.getModuleCount()
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = (count + 2 * kQuiet) * kModule
  const pen = canvas.getContext('2d')
  if (!pen) return canvas
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.fillStyle = '#000'
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      if (code.isDark(row, column)) pen.fillRect((column + kQuiet) * kModule, (row + kQuiet) * kModule, kModule, kModule)
    }
  }
  return canvas
}

// True if there is no way to share and the picture was saved instead. Whoever closes the sheet of
// the phone has not failed.
export async function sharePass(text: string, title: string): Promise<boolean> {
  const blob = await new Promise<Blob | null>((resolve) => drawPass(text).toBlob(resolve, 'image/png'))
  if (!blob) return false
  const file = new File([blob], 'linli-visitor.png', { type: 'image/png' })
  if (navigator.canShare?.({ files: [file] })) {
    await navigator.share({ files: [file], title }).catch(() => undefined)
    return false
  }
  giveFile(file.name, blob, file.type)
  return true
}

export async function shareText(text: string): Promise<void> {
  if (navigator.share) await navigator.share({ text }).catch(() => undefined)
  else await navigator.clipboard?.writeText(text).catch(() => undefined)
}
