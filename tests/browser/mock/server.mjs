// The gateway's stand-in: https, static files under the gateway's own policy, the API of routes.mjs
// and the feed. node server.mjs WEB_DIR [PORT]; prints one JSON line {"url","claim_code"} when it listens.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { Compound } from './compound.mjs'
import { answer, personOf } from './routes.mjs'

const kinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.png': 'image/png' }
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
const security = { 'Content-Security-Policy': policy, 'Cross-Origin-Opener-Policy': 'same-origin', 'Referrer-Policy': 'no-referrer', 'X-Content-Type-Options': 'nosniff' }

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'linli-mock-'))
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', join(folder, 'key'), '-out', join(folder, 'cert')], { stdio: 'ignore' })
  const both = { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'cert')) }
  rmSync(folder, { recursive: true })
  return both
}

function file(web, path, request, response) {
  let at = normalize(join(web, path))
  if (!at.startsWith(web)) return response.writeHead(404).end()
  const isPage = extname(path) === ''
  if (isPage) at = join(web, path.startsWith('/app') ? 'app/index.html' : 'index.html')
  if (!existsSync(at) || statSync(at).isDirectory()) return response.writeHead(404, security).end()
  const headers = { ...security, 'Content-Type': kinds[extname(at)] ?? 'application/octet-stream', 'Cache-Control': path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache' }
  if (/\bbr\b/.test(request.headers['accept-encoding'] ?? '') && existsSync(`${at}.br`)) {
    headers['Content-Encoding'] = 'br'
    at += '.br'
  }
  response.writeHead(200, headers).end(readFileSync(at))
}

function frame(text) {
  const body = Buffer.from(text)
  const head = body.length < 126 ? Buffer.from([0x81, body.length]) : body.length < 65536 ? Buffer.from([0x81, 126, body.length >> 8, body.length & 255]) : Buffer.concat([Buffer.from([0x81, 127, 0, 0, 0, 0]), Buffer.from([body.length >>> 24, (body.length >>> 16) & 255, (body.length >>> 8) & 255, body.length & 255])])
  return Buffer.concat([head, body])
}

function openFeed(compound, request, socket) {
  if (!personOf(compound, request)) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
  const send = (message) => socket.write(frame(JSON.stringify(message)))
  send({ kind: 'hello', resume: `r${compound.seq}`, data: {} })
  compound.listeners.add(send)
  socket.on('close', () => compound.listeners.delete(send))
  socket.on('error', () => compound.listeners.delete(send))
  socket.on('data', (bytes) => (bytes[0] & 15) === 8 && socket.end())
}

export async function startMock(web, port = 0) {
  const compound = new Compound('TEST-CLAIM-CODE-01')
  const server = createServer(certificate(), async (request, response) => {
    const url = new URL(request.url, 'https://localhost')
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    if (/^\/(api\/|healthz|readyz|metrics|mock\/|\.well-known\/)/.test(url.pathname)) {
      return answer(compound, request, response, url, body)
    }
    file(web, decodeURIComponent(url.pathname), request, response)
  })
  server.on('upgrade', (request, socket) => openFeed(compound, request, socket))
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { url: `https://localhost:${server.address().port}`, claimCode: compound.claimCode, compound, stop: () => server.closeAllConnections?.() ?? server.close() }
}

if (process.argv[1]?.endsWith('mock/server.mjs')) {
  const mock = await startMock(process.argv[2], Number(process.argv[3] ?? 0))
  console.log(JSON.stringify({ url: mock.url, claim_code: mock.claimCode }))
}
