/** Files of a test's own, in a folder that goes away; errors with that folder taken out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { UsageError } from '../../../../sim/usageError.ts'

const folder = mkdtempSync(join(tmpdir(), 'workload-'))
afterAll(() => rmSync(folder, { recursive: true }))

export function fileOf(name: string, content: string | Buffer = ''): string {
  const file = join(folder, name)
  if (content !== '') writeFileSync(file, content)
  return file
}

export function emptyFile(name: string): string {
  writeFileSync(join(folder, name), '')
  return join(folder, name)
}

/** What a person is told. */
export function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof UsageError) return error.message.replaceAll(`${folder}/`, '')
    throw error
  }
  return 'taken'
}
