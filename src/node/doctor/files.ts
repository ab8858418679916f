/** The node's own files: whether they can be written, and who else could read its keys. */
import { accessSync, constants, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keptAccountsFile } from '../accounts/keptAccounts.ts'
import { sealKeyFile } from '../accounts/seal.ts'
import { certificateFiles } from '../certificate.ts'
import type { NodeConfig } from '../config/config.ts'
import { type Finding, fault, note } from './finding.ts'

const OTHERS_MAY_READ = 0o044

export function checkFiles({ dataDir, tls }: NodeConfig): Finding[] {
  const secrets = [sealKeyFile(dataDir), join(dataDir, certificateFiles.key), keptAccountsFile(dataDir), ...(tls.kind === 'files' ? [tls.key] : [])]
  const findings = [...checkDataDir(dataDir), ...secrets.flatMap(checkSecret)]
  return findings.length > 0 ? findings : [note('files', `${dataDir} can be written, and its keys are read by nobody else`)]
}

/** Tried out: what the mode says is not all (another user's, a full or read-only disk). Nothing is left behind. */
function checkDataDir(dataDir: string): Finding[] {
  const todo = 'give a folder that this user may write, or change its owner (chown)'
  try {
    // It is made at the first start.
    const folder = existsSync(dataDir) ? dataDir : nearestParent(dataDir)
    accessSync(folder, constants.W_OK | constants.X_OK)
    rmSync(mkdtempSync(join(folder, '.doctor-')), { recursive: true })
    return []
  } catch (error) {
    return [fault('dataDir', `${dataDir} cannot be written (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`, todo)]
  }
}

function nearestParent(folder: string): string {
  const parent = dirname(folder)
  return existsSync(parent) || parent === folder ? parent : nearestParent(parent)
}

function checkSecret(file: string): Finding[] {
  try {
    const mode = statSync(file).mode & 0o777
    if ((mode & OTHERS_MAY_READ) === 0) return []
    return [fault('key file', `${file} can be read by others (mode ${mode.toString(8)})`, `chmod 600 ${file}; if others were on this machine, make a new one`)]
  } catch {
    // Not there yet, or its folder is a finding of its own.
    return []
  }
}
