/** An account as a person or program gives it while the node runs: the keys of the configuration, and its checks. */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { AccountId } from '../../core/values/account.ts'
import { problemsIn } from '../../files/forms.ts'
import { type Problem, UsageError } from '../../files/usageError.ts'
import { problemsWithAccounts } from '../config/checks.ts'
import type { AccountConfig, NodeConfig } from '../config/config.ts'
import { accountOf } from '../config/nodeConfig.ts'
import { ACCOUNT } from '../config/schema.ts'

export interface GivenAccount {
  readonly config: AccountConfig
  /** What it was made from, JSON: with its token and its parallelism, and without the opening balance, which is credited once. */
  readonly body: GivenBody
}

export type GivenBody = Readonly<Record<string, unknown>> & { readonly name: string }

const TOKEN_BYTES = 24

const NAMED = z.looseObject({ name: z.string() })

/** Without a token it is given one. Throws UsageError with all that is wrong; `file`: where it stands, if it does. */
export function givenAccount(given: unknown, config: NodeConfig, file?: string): GivenAccount {
  const whole = withToken(given)
  const parsed = ACCOUNT.safeParse(whole)
  if (!parsed.success) throw refusal(problemsIn(parsed.error), file)
  const pathOf = (path: string): string => resolve(config.file, '..', path)
  const totals = [...config.accounts.map(totalOf), parsed.data]
  const problems = problemsWithAccounts(partsOf(config), [parsed.data], { pathOf, totals })
  if (problems.length > 0) throw refusal(problems, file)
  const made = accountOf(parsed.data, { address: config.address, farms: [...config.farms.keys()], ledgers: config.ledgers, pathOf })
  const { openingBalance: _, ...body } = NAMED.parse(whole)
  return { config: made, body: { ...body, parallelism: made.account.parallelism } }
}

function totalOf({ account, openingBalance }: AccountConfig) {
  return { ledger: account.unit, openingBalance, creditLimit: account.creditLimit }
}

function withToken(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || 'token' in given || 'rpc' in given) return given
  return { ...given, token: randomBytes(TOKEN_BYTES).toString('base64url') }
}

function partsOf({ address, farms, ledgers }: NodeConfig) {
  return { address, farms: Object.fromEntries(farms), ledgers: Object.fromEntries(ledgers) }
}

function refusal(problems: ReturnType<typeof problemsIn>, file: string | undefined): UsageError {
  return new UsageError(
    ...problems.map(({ path, what }): Problem => {
      const [text = '', todo] = what.split(/; (.*)/s)
      // The accounts of a file are numbered; this is the only one.
      const key = path.filter((part, i) => !(i === 0 && part === 'accounts') && typeof part === 'string').join('.')
      return { ...(file === undefined ? {} : { file }), key, what: text, ...(todo === undefined ? {} : { todo }) }
    }),
  )
}

/** Whoever has that name, under whichever parallelism. */
export function accountNamed({ accounts }: NodeConfig, name: string): AccountConfig | undefined {
  return accounts.find(({ account }) => account.name === name)
}

export function idsOf({ accounts }: NodeConfig): Set<AccountId> {
  return new Set(accounts.map(({ account }) => account.id))
}
