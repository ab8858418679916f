/** The sources with one rule broken, in a folder of their own. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkout, mutantNamed } from './mutants.ts'
import { type Mutant, patched } from './patch.ts'

const SOURCES = ['src', 'sim', 'package.json', 'tsconfig.json']

export interface Copy {
  readonly folder: string
  readonly remove: () => void
}

/** With scenarios and tests, so that every command works there. Throws where the sources are no longer what the patch expects. */
export function mutantCopy(name: string): Copy {
  const mutant = mutantNamed(name)
  const folder = mkdtempSync(join(tmpdir(), 'ilp-mutant-'))
  symlinkSync(join(checkout(), 'node_modules'), join(folder, 'node_modules'))
  mutate(folder, name, mutant, ['scenarios', 'test', 'vitest.config.ts'])
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Copies src and sim, and the other paths named, to `folder`, and breaks the rule there. */
export function mutate(folder: string, name: string, mutant: Mutant, others: readonly string[]): void {
  const root = checkout()
  mkdirSync(folder, { recursive: true })
  for (const path of [...SOURCES, ...others]) cpSync(join(root, path), join(folder, path), { recursive: true })
  for (const file of mutant.files) {
    const path = join(folder, file.path)
    if (!existsSync(path)) throw new Error(`${name} does not apply: there is no ${file.path}`)
    writeFileSync(path, patched(name, readFileSync(path, 'utf8'), file))
  }
}
