/** `ilp-node routes`, `quote` and `ping`. */
import { z } from 'zod'
import { plainTable } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type AdminOptions, type AdminPort, type Asked, adminPort, ask, failed, tell } from './adminClient.ts'

export interface FromOptions extends AdminOptions {
  /** The account that would send; left out: the node's first. */
  readonly from?: string
}

export interface PingOptions extends FromOptions {
  readonly amount?: string
}

const NOT_REACHED = 1

const CANDIDATE = z.looseObject({
  account: z.string(),
  path: z.array(z.string()),
  successes: z.number(),
  failures: z.number(),
  balance: z.string(),
  picked: z.number(),
})
const ROUTES = z.array(z.looseObject({ prefix: z.string(), candidates: z.array(CANDIDATE) }))
const QUOTE = z.looseObject({ account: z.string(), sourceAmount: z.string(), destinationAmount: z.string() })
const PINGED = z.looseObject({ reached: z.boolean(), ms: z.number(), code: z.string(), message: z.string(), triggeredBy: z.string() })
const NAMES = z.array(z.looseObject({ name: z.string() }))

/** Those whose prefix begins so. Returns the exit code. */
export async function routesCommand(prefix: string, options: AdminOptions, terminal: Terminal): Promise<number> {
  const answer = await ask(adminPort(options), '/routes', ROUTES)
  const wanted = 'value' in answer ? { value: answer.value.filter((route) => route.prefix.startsWith(prefix)) } : answer
  return tell(wanted, options, terminal, (routes) => (routes.length === 0 ? 'There are no routes.\n' : `${routeTable(routes)}\n`))
}

/** A line for each candidate; the default route has the prefix ''. */
function routeTable(routes: z.output<typeof ROUTES>): string {
  const rows = routes.flatMap(({ prefix, candidates }) =>
    candidates.map(({ account, path, successes, failures, balance, picked }) => {
      return [prefix === '' ? "''" : prefix, account, path.join(' '), ...[successes, failures, picked].map((count) => String(Math.round(count))), balance]
    }),
  )
  return plainTable({ head: ['prefix', 'account', 'path', 'successes', 'failures', 'picked', 'balance'], rows, right: [3, 4, 5, 6] })
}

/** Returns the exit code. */
export async function quoteCommand(
  { destination, amount }: { readonly destination: string; readonly amount: string },
  options: FromOptions,
  terminal: Terminal,
): Promise<number> {
  const admin = adminPort(options)
  const sender = await senderOf(admin, options)
  if (!('value' in sender)) return failed(sender, terminal)
  const answer = await ask(admin, `/quote?${new URLSearchParams({ from: sender.value, destination, amount })}`, QUOTE)
  return tell(answer, options, terminal, ({ account, sourceAmount, destinationAmount }) => {
    return `${sourceAmount} from ${sender.value} to ${destination}: ${destinationAmount} arrive, by ${account}\n`
  })
}

/** Exit code 1 where the destination was not reached. */
export async function pingCommand(destination: string, options: PingOptions, terminal: Terminal): Promise<number> {
  const admin = adminPort(options)
  const sender = await senderOf(admin, options)
  if (!('value' in sender)) return failed(sender, terminal)
  const body = { from: sender.value, destination, amount: options.amount ?? '0' }
  const answer = await ask(admin, '/ping', PINGED, { method: 'POST', body })
  const code = tell(answer, options, terminal, (pinged) => pingedText(destination, pinged))
  return 'value' in answer && !answer.value.reached ? NOT_REACHED : code
}

function pingedText(destination: string, { reached, ms, code, message, triggeredBy }: z.output<typeof PINGED>): string {
  if (reached) return `${destination} answers in ${ms} ms (${code} of ${triggeredBy})\n`
  return `${destination} was not reached: ${triggeredBy} answers ${code}${message === '' ? '' : `, ${message}`}, in ${ms} ms\n`
}

async function senderOf(admin: AdminPort, { from }: FromOptions): Promise<Asked<string>> {
  if (from !== undefined) return { value: from }
  const answer = await ask(admin, '/accounts', NAMES)
  if (!('value' in answer)) return answer
  const first = answer.value[0]?.name
  return first === undefined ? { what: 'the node has no account to send from; make one with ilp-node account add' } : { value: first }
}
