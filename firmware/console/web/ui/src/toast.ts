import { ref } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'good' | 'bad' | 'info'
}

export const toasts = ref<Toast[]>([])
let last = 0

// Says once that something went well. What went wrong stands in the page, where it can be mended.
export function toast(text: string, tone: Toast['tone'] = 'good'): void {
  last += 1
  toasts.value = [...toasts.value.slice(-2), { id: last, text, tone }]
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id)
}
