/** `ilp-node account list`, `show`, `add` and `remove`: asks the admin port of a node that runs. */
import { z } from 'zod'
import { suggestion } from '../files/usageError.ts'
import { plainTable } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type AdminOptions, type AdminPort, adminPort, ask, type Failure, failed, tell } from './adminClient.ts'

/** What this command shows of it; whatever else there is goes into --json. */
const ACCOUNT = z.looseObject({
  name: z.string(),
  accountId: z.string(),
  ilpAddress: z.string(),
  ledger: z.string(),
  relation: z.string(),
  parallelism: z.number(),
  balance: z.string(),
  cold: z.string(),
  hot: z.record(z.string(), z.string()),
  prepared: z.string(),
  creditLimit: z.string(),
  lostByFailover: z.string().optional(),
})
const ACCOUNTS = z.array(ACCOUNT)
const ADDED = ACCOUNT.extend({ url: z.string(), token: z.string() })
const REMOVED = z.looseObject({ removed: z.literal(true) })

type AccountView = z.output<typeof ACCOUNT>

/** Returns the exit code. */
export async function listAccounts(options: AdminOptions, terminal: Terminal): Promise<number> {
  const answer = await ask(adminPort(options), '/accounts', ACCOUNTS)
  return tell(answer, options, terminal, (accounts) => (accounts.length === 0 ? 'There are no accounts.\n' : `${accountTable(accounts)}\n`))
}

/** Returns the exit code. */
export async function showAccount(name: string, options: AdminOptions, terminal: Terminal): Promise<number> {
  const admin = adminPort(options)
  const answer = await ask(admin, accountPath(name), ACCOUNT)
  if ('value' in answer || answer.status !== 404) return tell(answer, options, terminal, accountText)
  return failed(await noAccount(admin, name), terminal)
}

/** As the admin port takes it. */
export interface AddOptions extends AdminOptions {
  readonly ledger: string
  readonly parallelism?: string
  readonly relation?: string
  readonly token?: string
  readonly openingBalance?: string
  readonly creditLimit?: string
  readonly route?: readonly string[]
  readonly peerUrl?: string
  readonly peerToken?: string
}

/** Returns the exit code. */
export async function addAccount(name: string, options: AddOptions, terminal: Terminal): Promise<number> {
  const { ledger, parallelism, relation, token, openingBalance, creditLimit, route, peerUrl, peerToken } = options
  const peer = peerUrl === undefined ? undefined : { url: peerUrl, token: peerToken }
  // What is undefined is not sent. A number that is none goes as it is: the node says what is wrong with it.
  const body = { name, ledger, parallelism: numberIn(parallelism), relation, token, openingBalance, creditLimit, routes: route, peer }
  const answer = await ask(adminPort(options), '/accounts', ADDED, { method: 'POST', body })
  return tell(
    answer,
    options,
    terminal,
    (added) =>
      `${accountText(added)}${rowsText([
        ['url', added.url],
        ['token', added.token],
      ])}`,
  )
}

function numberIn(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text
}

/** Returns the exit code. */
export async function removeAccount(name: string, options: AdminOptions, terminal: Terminal): Promise<number> {
  const admin = adminPort(options)
  const answer = await ask(admin, accountPath(name), REMOVED, { method: 'DELETE' })
  if ('value' in answer || answer.status !== 404) return tell(answer, options, terminal, () => `${name} is removed.\n`)
  return failed(await noAccount(admin, name), terminal)
}

export function accountPath(name: string): string {
  return `/accounts/${encodeURIComponent(name)}`
}

/** The names that there are. */
export async function noAccount(admin: AdminPort, name: string): Promise<Failure> {
  const all = await ask(admin, '/accounts', ACCOUNTS)
  if (!('value' in all)) return all
  const names = all.value.map((account) => account.name)
  return { what: `there is no account '${name}'; ${names.length === 0 ? 'there are none' : suggestion(name, names)}` }
}

/** Amounts in base units. */
function accountTable(accounts: readonly AccountView[]): string {
  const rows = accounts.map(({ name, ledger, relation, parallelism, balance, prepared, creditLimit }) => {
    return [name, ledger, relation, String(parallelism), balance, prepared, creditLimit]
  })
  return plainTable({ head: ['account', 'ledger', 'relation', 'parallelism', 'balance', 'prepared', 'credit limit'], rows, right: [3, 4, 5, 6] })
}

function accountText({
  name,
  accountId,
  ilpAddress,
  ledger,
  relation,
  parallelism,
  balance,
  cold,
  hot,
  prepared,
  creditLimit,
  lostByFailover,
}: AccountView): string {
  const rows: [string, string][] = [
    ['account', name],
    ['accountId', accountId],
    ['address', ilpAddress],
    ['ledger', ledger],
    ['relation', relation],
    ['parallelism', String(parallelism)],
    ['balance', balance],
    ['  cold', cold],
    ...Object.entries(hot).map(([thread, amount]): [string, string] => [`  hot, ${thread}`, amount]),
    ['prepared', prepared],
    ['credit limit', creditLimit],
    ...(lostByFailover === undefined ? [] : [['lost in Redis', lostByFailover] as [string, string]]),
  ]
  return rowsText(rows)
}

function rowsText(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([title, text]) => `${title.padEnd(14)}${text}\n`).join('')
}
