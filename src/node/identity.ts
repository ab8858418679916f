/**
 * What this node remembers outside of Redis: which Redis is its own, and which books and accounts were in it. So a Redis
 * that comes back empty, or another node's, is refused before anything is served.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { AccountId, ThreadId, Unit } from '../core/values/account.ts'
import { UsageError } from '../files/usageError.ts'

const FILE = 'node.json'

export interface KnownAccount {
  readonly id: AccountId
  readonly name: string
  readonly unit: Unit
}

export interface Identity {
  readonly id: string
  /** Threads whose books were opened. */
  readonly books: readonly ThreadId[]
  readonly accounts: readonly KnownAccount[]
}

const shape = z.object({
  id: z.string(),
  books: z.array(z.string().regex(/^t\d+$/)),
  accounts: z.array(z.object({ id: z.string(), name: z.string(), unit: z.string() })),
})

/** Undefined before the first start. */
export function readIdentity(dataDir: string): Identity | undefined {
  const file = join(dataDir, FILE)
  if (!existsSync(file)) return undefined
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8'))) as unknown as Identity
  } catch (error) {
    throw new UsageError({
      file,
      what: `is damaged (${error instanceof Error ? error.message : String(error)})`,
      todo: 'restore it from a backup: it says which Redis holds the books',
    })
  }
}

export function newIdentity(): Identity {
  return { id: randomUUID(), books: [], accounts: [] }
}

/** Whole, or as it was. */
export function writeIdentity(dataDir: string, identity: Identity): void {
  const file = join(dataDir, FILE)
  const temporary = `${file}.new`
  const descriptor = openSync(temporary, 'w', 0o600)
  try {
    writeSync(descriptor, `${JSON.stringify(identity, null, 2)}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, file)
}

/** Throws where the Redis found is not the one that holds this node's books. `found`: the id that it bears, where it bears one. */
export function mustBeOurs(known: Identity, found: string | null, dataDir: string): void {
  if (found === known.id) return
  const file = join(dataDir, FILE)
  throw new UsageError({
    key: 'redis',
    what:
      found === null
        ? 'this Redis is empty, but the books of this node existed: its data is lost, or it is another Redis'
        : "this Redis holds another node's books under the same address",
    todo: `restore its data; to give up all balances and begin anew, remove ${file}`,
  })
}
