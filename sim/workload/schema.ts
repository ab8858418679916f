/** The scenario file: its keys, what they mean and their defaults. The JSON Schema for editors is made from this. */
import { z } from 'zod'
import { byName, keys, oneOf, oneOrMany } from '../../src/files/forms.ts'
import { count, duration, flag, money, name, policy, text, word } from '../../src/files/scalars.ts'
import { BEHAVIOUR_KINDS, kindOf } from './behaviourKinds.ts'
import { amounts, latency } from './distributions.ts'
import { fault } from './faultSchema.ts'
import type { Latency, Via } from './plan.ts'
import { funds, odds, rate, rejectCode } from './scalars.ts'

const MAX_MEMBERS = 2_000
/** B5: an expiry further ahead is refused. */
const MAX_EXPIRY_MS = 600_000

const optional = z.exactOptional

const settings = {
  threads: optional(count('Worker processes. Default 1.', { least: 1, most: 64 })),
  parallelism: optional(count('Of the accounts that its lines have with it. Default 1.', { least: 1, most: 64 })),
  dealing: optional(word('How a farm deals what comes in to its threads (A1). Default connection.', ['connection', 'request'])),
  policy: optional(policy('Picks among accounts, where this connector is not compared. Default random.')),
  failover: optional(count('How many other candidates a payment tries, where this connector is not compared. Default 1.', { least: 0, most: 10 })),
  slack: optional(count('1: as near with a smaller address counts as downhill too. Default 0.', { least: 0, most: 1 })),
  warming: optional(word('How much hot balance a thread takes and keeps (B7). Default adaptive.', ['exact', 'share', 'adaptive'])),
  snapshotInterval: optional(duration("How often the threads learn the others' balances. Default 1s.", 1)),
  announceInterval: optional(duration('Default 1m.', 1)),
  attemptTimeout: optional(duration('Time of an attempt while another candidate is left. Default: half of what is left.', 1)),
  coolAfter: optional(duration('Unused hot balance goes back after this. Default 100ms.', 1)),
  feePpm: optional(count('What it keeps of every packet, in millionths. Default 0.', { least: 0, most: 999_999 })),
  durability: optional(
    word('What its store may lose of what it acknowledged (B12), where a fault loses writes. Default everysec.', ['everysec', 'always', 'wait']),
  ),
  limitsKnown: optional(flag("Whether the peers' limits are known to its policies. Default true.")),
}

const topology = oneOf({
  description: 'Makes connectors and lines: give them here or by name, below.',
  forms: {
    star: keys({
      hub: name('Its name.').prefault('hub'),
      leaves: count('How many: leaf0, leaf1, …', { least: 1, most: MAX_MEMBERS - 1 }),
      capacity: money('Of each line.'),
      latency: optional(latency('Of each line.')),
    }).transform((star) => ({ kind: 'star' as const, ...star })),
    line: keys({
      length: count('How many connectors: c0, c1, …', { least: 2, most: MAX_MEMBERS }),
      capacity: money('Of each line.'),
      latency: optional(latency('Of each line.')),
    }).transform((line) => ({ kind: 'line' as const, ...line })),
  } as Record<string, z.ZodType<Topology>>,
})

interface Star {
  readonly kind: 'star'
  readonly hub: string
  readonly leaves: number
  readonly capacity: z.output<ReturnType<typeof money>>
  readonly latency?: Latency
}
export type Topology = Star | (Omit<Star, 'kind' | 'hub' | 'leaves'> & { readonly kind: 'line'; readonly length: number })

const answers = (ofWhom: string) =>
  word(
    `How the replies of ${ofWhom} come back. deduplicating: a repeated id is answered with the first answer. callback: so too, and later, to any thread. Default synchronous.`,
    ['synchronous', 'deduplicating', 'callback'],
  )

const line = keys({
  from: name('A connector.'),
  to: name('A connector.'),
  capacity: optional(money('Both credits together: `from` grants half, rounded down, `to` the rest. Or give grants.')),
  grants: optional(z.tuple([money('By `from`.'), money('By `to`.')], { error: 'is not a pair; write [what from grants, what to grants]' })),
  latency: optional(latency('One-way.')),
  answers: optional(answers('both ends')),
}).refine(({ capacity, grants }) => (capacity === undefined) !== (grants === undefined), {
  error: 'needs either capacity or grants (in a regime, null takes the other away)',
})

const endpoints = keys({
  at: oneOrMany('Connectors where each member has an account; `each`: a member for every connector, named as it.', name('A connector, or each.')),
  count: count('Members: NAME0, NAME1, …; one is just NAME.', { least: 1, most: MAX_MEMBERS }).prefault(1),
  openingBalance: funds('Of each account. Default unlimited.').prefault('unlimited'),
  creditLimit: funds('How far each account may go below zero. Default 0.').prefault(0),
  parallelism: count('Of its accounts. Default 1.', { least: 1, most: 64 }).prefault(1),
  announced: flag('Whether its connectors announce test.NAME as a route of its own; otherwise it lives below its connector.').prefault(false),
  latency: optional(latency('One-way, to its connectors.')),
  answers: optional(answers('its members')),
})

const traffic = keys({
  from: oneOrMany('Endpoints: groups, members, or any.', name('An endpoint, or any.')),
  to: oneOrMany('Endpoints: groups, members, or any.', name('An endpoint, or any.')),
  via: oneOf<Via>({
    description: 'How a sender with several accounts picks the line. Default uniform.',
    plain: word('', ['uniform', 'inProportion']).transform((kind): Via => ({ kind })),
    forms: { policy: policy('A policy.').transform((policy): Via => ({ kind: 'policy', policy })) },
  }).prefault('uniform'),
  rate: rate('Poisson arrivals.'),
  amounts: amounts('In base units.'),
  expiry: duration('Default 30s.', 1)
    .prefault('30s')
    .pipe(z.number().max(MAX_EXPIRY_MS, { error: 'is longer than 10m (B5)' })),
  fulfills: odds('Odds that the receiver fulfills. Default 1.').prefault(1),
  rejectCode: rejectCode('Of what it does not fulfill. Default F99.').prefault('F99'),
  idOdds: odds('Odds that a payment carries a Request-Id. Default 0.').prefault(0),
  repeatOdds: odds('Odds that one with an id is asked a second time. Default 0.').prefault(0),
  repeatAfter: duration('How long after. Default 100ms.').prefault('100ms'),
})

const operations = keys({
  who: oneOrMany('Endpoints: groups, members, or any. When all is over each draws out all that it has.', name('An endpoint, or any.')),
  rate: rate('Poisson arrivals of deposits and withdrawals, each at any thread of one of their connectors.'),
  amounts: amounts('In base units.'),
  deposits: odds('Odds that it is a deposit. Default 50%.').prefault(0.5),
  repeatOdds: odds('Odds that it is asked twice at once, at two threads. Default 0.').prefault(0),
})

const behaviour = keys({
  who: name('A connector, or an endpoint.'),
  towards: optional(name('Only for what comes from this connector or endpoint, or is announced to it. Default anyone.')),
  kind: word(`What it does. ${BEHAVIOUR_KINDS.map((kind) => `${kind}: ${kindOf(kind).does}.`).join(' ')}`, BEHAVIOUR_KINDS),
  odds: odds('For each prepare it gets, announcement or payment that it makes. Default 1.').prefault(1),
  code: optional(rejectCode('Of kinds that reject. Default T00.')),
  delay: optional(latency('Of slow, and of kinds that do something before or after; those have a default.')),
  since: duration('Default 0s.').prefault('0s'),
  until: optional(duration('Default: the end.')),
})
  .refine(({ kind, code }) => kindOf(kind).code || code === undefined, { path: ['code'], error: 'is only for kinds that reject' })
  .refine(({ kind, delay }) => kindOf(kind).delay !== undefined || delay === undefined, { path: ['delay'], error: 'is not for this kind' })
  .refine(({ kind, delay }) => kindOf(kind).delay !== 'given' || delay !== undefined, { path: ['delay'], error: 'kind slow needs a delay' })
  .refine(({ kind, towards }) => kindOf(kind).on !== 'payment' || towards === undefined, { path: ['towards'], error: 'is not for what is paid' })
  .refine(({ since, until }) => until === undefined || since < until, { path: ['until'], error: 'is not after since' })

/** What a regime may change. */
const body = {
  about: optional(text('What this is a model of, for the report.')),
  duration: duration('Payments start until then.', 1),
  warmUp: duration('What starts before is left out of the figures. Default 0s.').prefault('0s'),
  unit: name("The ledgers' unit. Default usd.").prefault('usd'),
  scale: count('Decimal places of the unit. Default 2.', { least: 0, most: 18 }).prefault(2),
  latency: latency('One-way, of lines and endpoints that name none. Default 10ms.').prefault('10ms'),
  storeLatency: latency('One-way, thread to store. Default 0.5ms.').prefault('0.5ms'),
  localLatency: latency('Between threads of one connector. Default 0.1ms.').prefault('0.1ms'),
  defaults: keys(settings).describe('Of every connector.').prefault({}),
  topology: optional(topology),
  connectors: byName('By name; each takes what it does not say from `defaults`.', keys(settings)).prefault({}),
  lines: byName('Peerings of two connectors on mirrored credit, by name.', line).prefault({}),
  endpoints: byName('Groups of users and receivers, by name.', endpoints).prefault({}),
  traffic: byName('Streams of payments, by name.', traffic).prefault({}),
  money: byName('Streams of deposits and withdrawals, by name.', operations).prefault({}),
  behaviours: byName('What a connector or endpoint does instead of its duty, by name.', behaviour).prefault({}),
  faults: byName('What goes wrong, by name.', fault).prefault({}),
}

const compare = keys({
  connectors: oneOrMany('Whose policy is compared; `all`: every one. Default all.', name('A connector, or all.')).prefault('all'),
  policies: oneOrMany('See `ilp-sim policies`.', policy('A policy.')),
  failover: oneOrMany('Each regime runs once with each. Default 1.', count('Other candidates tried.', { least: 0, most: 10 })).prefault(1),
})

export const BODY = keys(body)

export const SCENARIO = keys({
  question: text('What the scenario asks, in a sentence.'),
  ...body,
  compare,
  regimes: byName('By name: what each changes. Maps are merged, other values replaced, null takes away.', z.looseObject({})).prefault({}),
})

export type Body = z.output<typeof BODY>
export type Settings = z.output<z.ZodObject<typeof settings>>
