/** The sources with one rule broken, in a folder of their own: mutants live apart from the product, as patches in test/mutants. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suggestion, UsageError } from '../../src/files/usageError.ts'
import { type Mutant, mutantOf, patched } from './patch.ts'

const COPIED = ['src', 'sim', 'scenarios', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']
const PATCH = '.patch'

export interface Copy {
  readonly folder: string
  readonly remove: () => void
}

/** Names without `.patch`. Throws UsageError where there are no sources. */
export function mutantNames(): string[] {
  return readdirSync(join(checkout(), 'test', 'mutants'))
    .filter((file) => file.endsWith(PATCH))
    .map((file) => file.slice(0, -PATCH.length))
    .sort()
}

/** Throws UsageError for a name that is none. */
export function mutantNamed(name: string): Mutant {
  const names = mutantNames()
  if (!names.includes(name)) throw new UsageError({ key: '--mutant', what: `'${name}' is not a mutant`, todo: suggestion(name, names) })
  return mutantOf(name, readFileSync(join(checkout(), 'test', 'mutants', `${name}${PATCH}`), 'utf8'))
}

/** Throws where the sources are no longer what the patch expects. */
export function mutantCopy(name: string, mutant: Mutant): Copy {
  const root = checkout()
  const folder = mkdtempSync(join(tmpdir(), 'ilp-mutant-'))
  for (const path of COPIED) cpSync(join(root, path), join(folder, path), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const file of mutant.files) {
    const path = join(folder, file.path)
    if (!existsSync(path)) throw new Error(`${name} does not apply: there is no ${file.path}`)
    writeFileSync(path, patched(name, readFileSync(path, 'utf8'), file))
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The folder with package.json above this file, in the sources as in dist. */
function checkout(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  if (existsSync(join(folder, 'test', 'mutants'))) return folder
  throw new UsageError({
    key: '--mutant',
    what: 'mutants are patches of the sources, and this package has none',
    todo: 'clone the repository of ilp-node and run it there',
  })
}
