/** ilp-connector and its plugin, put by npm into a cache folder, where they stay for the next time. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { stopped } from './children.ts'

const PACKAGES = { 'ilp-connector': '23.0.2', 'ilp-plugin-http': '1.6.1' }
const PATIENCE_MS = 180_000
const LINE_EVERY_MS = 5_000

export interface Install {
  /** The folder, or why there is none. */
  readonly done: Promise<{ readonly folder: string } | { readonly failed: string }>
  readonly stop: () => Promise<void>
}

export function installPeers(say: (line: string) => void): Install {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ilp-node', 'bench-peers')
  // npm writes this file last, so it stands for a whole node_modules.
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return { done: Promise.resolve({ folder }), stop: async () => {} }
  const packages = Object.entries(PACKAGES).map(([name, version]) => `${name} ${version}`)
  say(`installing ${packages.join(' and ')} in ${folder}`)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }))
  } catch (error) {
    return { done: Promise.resolve({ failed: String(error) }), stop: async () => {} }
  }
  const npm = spawn('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  npm.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const since = performance.now()
  const telling = setInterval(() => say(`still installing, ${Math.round((performance.now() - since) / 1000)} s gone`), LINE_EVERY_MS)
  const patience = setTimeout(() => npm.kill(), PATIENCE_MS)
  const done = new Promise<{ folder: string } | { failed: string }>((resolve) => {
    npm.once('error', (error) => resolve({ failed: `npm did not start: ${error.message}` }))
    npm.once('close', (code) => resolve(code === 0 ? { folder } : { failed: `npm could not install it${reasonOf(errors)}` }))
  }).finally(() => {
    clearInterval(telling)
    clearTimeout(patience)
  })
  return { done, stop: () => stopped(npm, 'SIGTERM', 2_000) }
}

/** What npm says first is what happened; the rest is advice. */
function reasonOf(errors: string): string {
  const lines = errors.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim())
  const said = lines.filter((line) => line !== '' && !line.startsWith('A complete log')).slice(0, 2)
  return said.length === 0 ? ` within ${PATIENCE_MS / 1000} s` : `: ${said.join(', ')}`
}
