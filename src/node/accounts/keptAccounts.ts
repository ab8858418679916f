/**
 * Accounts that came and went by the admin port, kept in dataDir/accounts.json from one start to the next. Where the
 * configuration's file names an account too, the file's counts. Tokens are sealed.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Account, AccountId } from '../../core/values/account.ts'
import { UsageError } from '../../files/usageError.ts'
import type { NodeConfig } from '../config/config.ts'
import { cannotBe } from '../dataDir.ts'
import { changeAccounts } from './change.ts'
import { type GivenBody, givenAccount, idsOf } from './given.ts'
import { type Seal, sealIn } from './seal.ts'

export interface KeptAccounts {
  readonly added: readonly GivenBody[]
  /** Of the file, and not wanted any more. */
  readonly removed: readonly AccountId[]
}

const SHAPE = z.object({ added: z.array(z.looseObject({ name: z.string() })), removed: z.array(z.custom<AccountId>((value) => typeof value === 'string')) })
const NONE: KeptAccounts = { added: [], removed: [] }
/** Keys whose values are secrets, at whatever depth. */
const SECRET = new Set(['token', 'secret'])

export function keptAccountsFile(dataDir: string): string {
  return join(dataDir, 'accounts.json')
}

/** Throws UsageError where it is damaged, or its tokens cannot be opened. */
export function readKeptAccounts(dataDir: string): KeptAccounts {
  const file = keptAccountsFile(dataDir)
  if (!existsSync(file)) return NONE
  let kept: KeptAccounts
  try {
    kept = SHAPE.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const what = `is damaged (${error instanceof Error ? error.message : String(error)})`
    throw new UsageError({ file, what, todo: 'restore it from a backup: it holds the accounts that were added while the node ran' })
  }
  const { open } = sealIn(dataDir)
  return { ...kept, added: kept.added.map((body) => secretsOf(body, (sealed) => opened(sealed, open, file))) }
}

function opened(sealed: string, open: Seal['open'], file: string): string {
  const secret = open(sealed)
  if (secret !== undefined) return secret
  throw new UsageError({ file, what: 'holds a token that was sealed under another key', todo: 'restore seal.key from the same backup as this file' })
}

/** Whole, or as it was. */
export function writeKeptAccounts(dataDir: string, { added, removed }: KeptAccounts): void {
  const file = keptAccountsFile(dataDir)
  const { seal } = sealIn(dataDir)
  const text = `${JSON.stringify({ added: added.map((body) => secretsOf(body, seal)), removed }, null, 2)}\n`
  try {
    const descriptor = openSync(`${file}.new`, 'w', 0o600)
    try {
      writeSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw cannotBe('written', file, error)
  }
}

function secretsOf(body: GivenBody, change: (secret: string) => string): GivenBody {
  return JSON.parse(JSON.stringify(body, (key, value: unknown) => (SECRET.has(key) && typeof value === 'string' ? change(value) : value))) as GivenBody
}

/** The file's accounts and those that were added since, less those that were removed. Throws UsageError for one that does not fit any more. */
export function withKeptAccounts(fromFile: NodeConfig, { added, removed }: KeptAccounts): NodeConfig {
  let config = changeAccounts(fromFile, { set: [], remove: removed })
  const names = new Set(config.accounts.map(({ account }) => account.name))
  for (const body of added) {
    if (names.has(body.name)) continue
    const { config: account } = givenAccount(body, config, `${keptAccountsFile(config.dataDir)}, ${body.name}`)
    config = changeAccounts(config, { set: [account], remove: [] })
  }
  return config
}

/** After the admin port made one. */
export function keepAdded(kept: KeptAccounts, body: GivenBody): KeptAccounts {
  return { ...kept, added: [...kept.added.filter(({ name }) => name !== body.name), body] }
}

/** After the admin port removed one; where the file names it, that has to be remembered. */
export function keepRemoved(kept: KeptAccounts, { id, name }: Pick<Account, 'id' | 'name'>, fromFile: NodeConfig): KeptAccounts {
  const removed = kept.removed.filter((each) => each !== id)
  return { added: kept.added.filter((each) => each.name !== name), removed: idsOf(fromFile).has(id) ? [...removed, id] : removed }
}

/** What the file does not name any more need not be remembered as removed. */
export function forgetRemoved(kept: KeptAccounts, fromFile: NodeConfig): KeptAccounts {
  const ids = idsOf(fromFile)
  return { ...kept, removed: kept.removed.filter((id) => ids.has(id)) }
}
