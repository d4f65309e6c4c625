import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import type { UserConfig } from 'vite'

// What both apps have in common. Nothing is inlined (the policy allows no inline script, style or
// data: script), every file but index.html carries the hash of its content.
export function appConfig(folder: 'console' | 'resident', base: string): UserConfig {
  return {
    root: fileURLToPath(new URL(folder, import.meta.url)),
    base,
    plugins: [vue()],
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      __VUE_I18N_FULL_INSTALL__: 'false',
      __VUE_I18N_LEGACY_API__: 'false',
      __INTLIFY_PROD_DEVTOOLS__: 'false',
      __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
    },
    build: {
      target: ['es2020', 'chrome87', 'firefox91', 'safari14'],
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: true,
      emptyOutDir: true,
      reportCompressedSize: false,
    },
    server: {
      // `npm run dev` beside a gateway: LINLI_BASE_URL=https://gw1.local:8443
      proxy: process.env.LINLI_BASE_URL
        ? { '/api': { target: process.env.LINLI_BASE_URL, secure: false, changeOrigin: true, ws: true } }
        : undefined,
    },
  }
}
