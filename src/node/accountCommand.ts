/** `ilp-node account list` and `show`: asks the admin port of a node that runs. */
import { z } from 'zod'
import { suggestion, UsageError } from '../files/usageError.ts'
import { plainTable } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readConfig } from './config/config.ts'

export interface AccountOptions {
  readonly config?: string
  readonly admin?: string
  readonly json?: boolean
}

const FAILED = 1
const DEFAULT_ADMIN = 'http://127.0.0.1:8400'
const TIMEOUT_MS = 5_000

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

type AccountView = z.output<typeof ACCOUNT>

/** Returns the exit code. */
export async function listAccounts(options: AccountOptions, { stdout, stderr }: Terminal): Promise<number> {
  const answer = await ask(adminUrl(options), '/accounts', ACCOUNTS)
  if (!('value' in answer)) return failed(answer, stderr)
  if (options.json) stdout.write(`${JSON.stringify(answer.value, null, 2)}\n`)
  else stdout.write(answer.value.length === 0 ? 'There are no accounts.\n' : `${accountTable(answer.value)}\n`)
  return 0
}

/** Returns the exit code. */
export async function showAccount(name: string, options: AccountOptions, { stdout, stderr }: Terminal): Promise<number> {
  const admin = adminUrl(options)
  const answer = await ask(admin, `/accounts/${encodeURIComponent(name)}`, ACCOUNT)
  if ('value' in answer) {
    stdout.write(options.json ? `${JSON.stringify(answer.value, null, 2)}\n` : accountText(answer.value))
    return 0
  }
  if (answer.status !== 404) return failed(answer, stderr)
  const all = await ask(admin, '/accounts', ACCOUNTS)
  if (!('value' in all)) return failed(all, stderr)
  const names = all.value.map((account) => account.name)
  return failed({ what: `there is no account '${name}'; ${names.length === 0 ? 'there are none' : suggestion(name, names)}` }, stderr)
}

function adminUrl({ config, admin }: AccountOptions): string {
  if (config !== undefined && admin !== undefined) throw new UsageError({ key: '--admin', what: 'stands beside --config', todo: 'give one of them' })
  if (config !== undefined) {
    const { adminPort } = readConfig(config)
    if (adminPort !== 0) return `http://127.0.0.1:${adminPort}`
    throw new UsageError({ file: config, key: 'adminPort', what: 'is 0, any free port', todo: 'give --admin with the url that ilp-node up printed' })
  }
  if (admin === undefined) return DEFAULT_ADMIN
  if (!URL.canParse(admin) || !/^https?:$/.test(new URL(admin).protocol)) {
    throw new UsageError({ key: '--admin', what: `'${admin}' is not a url`, todo: `write it like ${DEFAULT_ADMIN}` })
  }
  return admin.replace(/\/+$/, '')
}

interface Failure {
  /** Of an answer; undefined where there was none. */
  readonly status?: number
  readonly what: string
}

function failed({ what }: Failure, stderr: Terminal['stderr']): number {
  stderr.write(`${what}\n`)
  return FAILED
}

async function ask<T>(admin: string, path: string, schema: z.ZodType<T>): Promise<{ readonly value: T } | Failure> {
  let status: number
  let text: string
  try {
    const response = await fetch(`${admin}${path}`, { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT_MS) })
    status = response.status
    text = await response.text()
  } catch (error) {
    return { what: `${admin} does not answer (${reasonOf(error)}); is the node running? start it with ilp-node up, or give its own --config or --admin` }
  }
  if (status !== 200) return { status, what: `${admin}${path} answered ${status}: ${messageIn(text)}` }
  const parsed = schema.safeParse(jsonIn(text))
  return parsed.success ? { value: parsed.data } : { what: `${admin} does not answer like the admin port of an ilp-node; give its own --config or --admin` }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const MESSAGE = z.object({ message: z.string() })

function messageIn(text: string): string {
  const parsed = MESSAGE.safeParse(jsonIn(text))
  return (parsed.success ? parsed.data.message : text.trim()).slice(0, 200)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `within ${TIMEOUT_MS / 1000} s`
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return 'code' in cause ? String(cause.code) : cause.message
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
  return rows.map(([title, text]) => `${title.padEnd(14)}${text}\n`).join('')
}
