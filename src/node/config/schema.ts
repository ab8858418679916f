/** A node's configuration file: its keys, what they mean and their defaults. */
import { z } from 'zod'
import { warmingPolicies } from '../../core/book/warming.ts'
import { byName, failed, keys, problemsIn } from '../../files/forms.ts'
import { count, duration, flag, money, name, policy, shown, text, word } from '../../files/scalars.ts'
import { suggestion } from '../../files/usageError.ts'
import { decimal, host, ilpAddress, notServed, port, publicKey, redis, servedWord, token, url } from './values.ts'

const optional = z.exactOptional
/** An account's id has a byte for it (A1). */
const MAX_PARALLELISM = 255
const MAX_THREADS = 64
/** R7: decimal places; an amount is below 2^63. */
const MAX_SCALE = 18

function parallelism(description: string) {
  return count(description, { least: 1, most: MAX_PARALLELISM })
}

function listOf<T extends z.ZodType>(description: string, item: T) {
  return z.array(item, { error: 'is not a list; write [ , ] or a line with - for each' }).describe(description)
}

const farms = z
  .record(
    z.string().refine((key) => /^[1-9]\d{0,2}$/.test(key) && Number(key) <= MAX_PARALLELISM, {
      error: `is not a parallelism; write a whole number from 1 to ${MAX_PARALLELISM}`,
    }),
    port('Of this farm.'),
    { error: (issue) => `${issue.input === undefined ? 'is missing' : 'is not a map'}; write parallelism: port, such as {1: 8441}` },
  )
  .describe('parallelism → port; 0: any free one.')

const TLS_FILES = keys({ cert: text('A PEM file; relative to this one.'), key: text('A PEM file; relative to this one.') })
const TLS_FORMS = ['selfSigned', 'off', '{cert: FILE, key: FILE}']

type TlsBody = { readonly kind: 'selfSigned' | 'off' } | { readonly kind: 'files'; readonly cert: string; readonly key: string }

const tls = z.unknown().transform((value, context): TlsBody => {
  if (value === 'selfSigned' || value === 'off') return { kind: value }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failed(context, [{ path: [], what: `${shown(value)} is not known; ${suggestion(String(value), TLS_FORMS)}` }])
  }
  const files = TLS_FILES.safeParse(value)
  return files.success ? { kind: 'files', ...files.data } : failed(context, problemsIn(files.error))
})

const routing = keys({
  policy: policy('Picks among the accounts that a payment may go to. Default trusted-room.').prefault('trusted-room'),
  warming: word(
    'How much hot balance a thread takes and keeps (B7). Default adaptive.',
    warmingPolicies.map((each) => each.name),
  ).prefault('adaptive'),
  failover: count('How many other candidates a payment tries. Default 1.', { least: 0, most: 10 }).prefault(1),
  attemptTimeout: optional(duration('Time of an attempt while another candidate is left. Default: half of what is left.', 1)),
  slack: count('1: as near with a smaller address counts as downhill too. Default 0.', { least: 0, most: 1 }).prefault(0),
  announceInterval: duration('Default 1m.', 1).prefault('1m'),
  snapshotInterval: duration("How often the threads learn the others' balances. Default 1s.", 1).prefault('1s'),
  coolAfter: duration('Unused hot balance goes back after this. Default 100ms.', 1).prefault('100ms'),
})

const ledger = keys({
  scale: count('Decimal places: amounts are 10^-scale of a whole unit.', { least: 0, most: MAX_SCALE }),
  code: optional(text('As people write it. Default: the name in capitals.')),
})

const peer = keys({
  url: url('Where its prepares are POSTed to.', ['https', 'http']),
  token: optional(token('What it knows us by. Left out: derived from rpc.')),
  protocol: servedWord('Default ilp-over-http.', {
    served: ['ilp-over-http', 'ilp-over-http-async', 'json-rpc'],
    later: [],
  }).prefault('ilp-over-http'),
  limit: optional(money('The credit that it grants us, where we know it.')),
  ca: optional(text("A PEM file with whom to trust instead of the system's authorities: a self-signed peer's own certificate.")),
})

const rpc = keys({
  secret: token('Ours, in base64url.'),
  peerPublicKey: publicKey('Its own, in base64url.'),
  currency: text('The code that both give their plugins.'),
})

export const ACCOUNT = keys({
  name: name('One segment of an ILP address.'),
  ledger: text('One of `ledgers`.'),
  relation: word('Who gets which announcements; a parent is the default route. Default user.', ['user', 'peer', 'child', 'parent']).prefault('user'),
  parallelism: optional(parallelism('One of `farms`. Default: the smallest.')),
  token: optional(token('What it shows to be let in. Left out: derived from rpc.')),
  openingBalance: money('Credited once, ever. Default 0.').prefault(0),
  creditLimit: money('How far it may go below zero. Default 0.').prefault(0),
  routes: listOf('Reached through it without being announced.', ilpAddress('A prefix.')).prefault([]),
  mayAnnounce: optional(listOf('Default: below its own address; peers and children: anything of the same global prefix but ours.', ilpAddress('A prefix.'))),
  peer: optional(peer),
  rpc: optional(rpc),
})

export const CONFIG = keys({
  address: ilpAddress("The connector's own ILP address."),
  publicUrl: optional(url('How others reach the farm ports. Default: where they listen.', ['https', 'http'])),
  dataDir: text('For what must outlive the process; relative to this file.'),
  redis: redis('embedded, or redis://host:port. Default embedded.').prefault('embedded'),
  durability: servedWord('How soon a write is on disk (B12). Default everysec.', { served: ['everysec', 'always'], later: ['wait'] }).prefault('everysec'),
  threads: count('Worker processes. Default 1.', { least: 1, most: MAX_THREADS }).prefault(1),
  farms,
  host: host('Where the farm ports listen. Default 127.0.0.1.').prefault('127.0.0.1'),
  behindProxy: flag('Whether something before us does TLS. Default false.').prefault(false),
  dealing: servedWord('How a farm deals what comes in to its threads (A1).', { served: ['connection'], later: ['request'] }).prefault('connection'),
  adminPort: port('On loopback only, unless adminToken is set. Default 8400.').prefault(8400),
  tls: tls.prefault('selfSigned'),
  maxPacketAmount: money('More in one packet is F08. Default 1000000000000.').prefault('1000000000000'),
  answerRetention: duration('How long answers to ids are kept (B5). Default 1m.', 1).prefault('1m'),
  maxOpen: count('Payments under way, for each account. Default 10000.', { least: 1, most: 1_000_000 }).prefault(10_000),
  maxKeptIds: count('Kept answers, for each account. Default 100000.', { least: 1, most: 10_000_000 }).prefault(100_000),
  routing: routing.prefault({}),
  ledgers: byName('What accounts are kept in, by name.', ledger).prefault({}),
  rates: z
    .record(z.string(), decimal('Whole units of the second for one of the first.'), { error: 'is not a map; write unit/unit: rate, such as {usd/eth: 0.0004}' })
    .prefault({}),
  feePpm: count('Taken off where a payment changes units. Default 0.', { least: 0, most: 999_999 }).prefault(0),
  accounts: listOf('Whom the node knows.', ACCOUNT).prefault([]),
  adminToken: optional(token('What the admin port is to be shown; with it that port listens on host, without it on loopback only.')),
  pluginPort: notServed('remove it: accounts are reached at the farm ports'),
  logs: keys({
    format: word('Lines for people, or one JSON object each. Default text.', ['text', 'json']).prefault('text'),
    payments: flag('Whether each step of each payment is logged, under its id. Default false.').prefault(false),
  }).prefault({}),
  registration: servedWord('May strangers make an account?', { served: ['closed'], later: ['open'] }).prefault('closed'),
  allowPrivateAddresses: optional(flag('May Callback-Urls and urls of peers lead into a private network? Default: only where host is loopback.')),
  history: notServed('remove it: no record is written'),
})

export type ConfigBody = z.output<typeof CONFIG>
export type AccountBody = ConfigBody['accounts'][number]
