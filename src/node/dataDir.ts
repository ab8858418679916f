/** Where a node keeps what is its own: the certificate, Redis' files, keys. */
import { mkdirSync } from 'node:fs'
import { UsageError } from '../files/usageError.ts'

/** Makes the folder, and those above it, unless it is there. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw cannotBe('made', folder, error)
  }
}

export function cannotBe(done: 'made' | 'read' | 'written', path: string, error: unknown): UsageError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return new UsageError({ key: 'dataDir', what: `${path} cannot be ${done} (${code})`, todo: 'give a folder that this user may write' })
}
