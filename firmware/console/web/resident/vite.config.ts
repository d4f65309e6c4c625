import { defineConfig, mergeConfig } from 'vite'
import { appConfig } from '../vite.shared'
import { shellWorker } from './worker_plugin'

export default defineConfig(mergeConfig(appConfig('resident', '/app/'), { plugins: [shellWorker()] }))
