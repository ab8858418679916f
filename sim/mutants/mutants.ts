/** The mutants of these sources: mutants live apart from the product, as patches in test/mutants. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suggestion, UsageError } from '../../src/files/usageError.ts'
import { type Mutant, mutantOf } from './patch.ts'

const PATCH = '.patch'

/** Names without `.patch`. Throws UsageError where there are no sources. */
export function mutantNames(): string[] {
  return readdirSync(folder())
    .filter((file) => file.endsWith(PATCH))
    .map((file) => file.slice(0, -PATCH.length))
    .sort()
}

/** Throws UsageError for a name that is none. */
export function mutantNamed(name: string): Mutant {
  const names = mutantNames()
  if (!names.includes(name)) throw new UsageError({ key: '--mutant', what: `'${name}' is not a mutant`, todo: suggestion(name, names) })
  return mutantOf(name, readFileSync(join(folder(), `${name}${PATCH}`), 'utf8'))
}

/** The folder with package.json above this file, in the sources as in dist. Throws UsageError where the package has no sources. */
export function checkout(): string {
  let root = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(root, 'package.json'))) root = dirname(root)
  if (existsSync(join(root, 'test', 'mutants'))) return root
  throw new UsageError({
    key: 'mutants',
    what: 'they are patches of the sources, and this package has none',
    todo: 'clone the repository of ilp-node and run it there',
  })
}

function folder(): string {
  return join(checkout(), 'test', 'mutants')
}
