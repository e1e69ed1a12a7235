// Once for all tests: builds the mock pages, serves them with the shipped content security policy, starts one browser.

import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'

const PAGES = 'out/pages'
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ipc: http://ipc.localhost"
const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' }
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-color-profile=srgb',
]

declare module 'vitest' {
  export interface ProvidedContext {
    origin: string
    browser: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build({ mode: 'mock', logLevel: 'error' })

  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    if (path === '/favicon.ico') {
      response.writeHead(204).end()
      return
    }
    const file = join(PAGES, path)
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  project.provide('origin', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)

  const browser = await chromium.launchServer({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    ignoreDefaultArgs: ['--hide-scrollbars'],
    args: FLAGS,
  })
  project.provide('browser', browser.wsEndpoint())

  return async () => {
    await browser.close()
    await new Promise<void>((closed) => server.close(() => closed()))
  }
}
