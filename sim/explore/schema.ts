/** The file of a small world: its keys, what they mean and their defaults. The JSON Schema for editors is made from this. */
import { z } from 'zod'
import type { RejectCode } from '../../src/core/values/packet.ts'
import { byName, keys, oneOrMany } from '../../src/files/forms.ts'
import { count, duration, flag, money, name, scalar, shown, text, word } from '../../src/files/scalars.ts'
import { threadId } from '../workload/scalars.ts'
import { MAX_BUDGET } from './layout.ts'
import type { Deed } from './smallWorld.ts'

const MAX_THREADS = 3
const optional = z.exactOptional

function deed(description: string) {
  const allowed = ['fulfill', 'hold', 'not-taken', 'unknown']
  const shape = { anyOf: [{ enum: allowed }, { type: 'string', pattern: '^[FTR]\\d\\d$' }], description }
  return scalar<string>(shape, (value) => {
    if (typeof value === 'string' && (allowed.includes(value) || /^[FTR]\d\d$/.test(value))) return value
    return { wrong: `${shown(value)} is nothing that a receiver does; write fulfill, hold, not-taken, unknown, or a reject's code` }
  }).transform(deedOf)
}

function deedOf(word: string): Deed {
  switch (word) {
    case 'fulfill':
    case 'hold':
    case 'unknown':
      return { kind: word }
    case 'not-taken':
      return { kind: 'notTaken' }
    default:
      return { kind: 'reject', code: word as RejectCode }
  }
}

const account = keys({
  balance: money('The cold that it begins with. Default 0.').prefault(0),
  parallelism: count('Default 1.', { least: 1, most: MAX_THREADS }).prefault(1),
  creditLimit: money('How far it may go below zero. Default 0.').prefault(0),
  does: oneOrMany('What it may do with a prepare: each is tried. Default fulfill.', deed('A deed.')).prefault('fulfill'),
  callsBack: flag('Its answers come by a callback to any thread, again until one thanks it (B8). Default false.').prefault(false),
})

const payment = keys({
  from: name('An account.'),
  to: text('An account, or a route.'),
  amount: money('In base units.'),
  expiry: duration('Of the prepare, since the start. Default 3s.', 1).prefault('3s'),
  asks: oneOrMany('The thread that it comes to; more than one: it is asked again there, under its id.', threadId('A thread.')),
  withId: flag('Whether it carries a Request-Id. Default: where it is asked more than once.').optional(),
})

const operation = keys({
  account: name('An account.'),
  direction: word('Whether money comes in or goes out.', ['deposit', 'withdrawal']),
  amount: money('In base units.'),
  expiry: duration('It is not begun from then on. Default 60s.', 1).prefault('60s'),
  asks: oneOrMany('The thread that is asked; more than one: it is asked again there, under its id.', threadId('A thread.')),
})

const budget = (description: string) => count(`${description} Default 0.`, { least: 0, most: MAX_BUDGET }).prefault(0)

export const SMALL_WORLD = keys({
  question: text('What the world asks, in a sentence.'),
  about: optional(text('What happens in it.')),
  threads: count('Of the one connector. Default 2.', { least: 1, most: MAX_THREADS }).prefault(2),
  failover: count('How many other candidates a payment tries. Default 0.', { least: 0, most: 3 }).prefault(0),
  warming: word('How much hot balance a thread takes and keeps (B7). Default exact.', ['exact', 'share', 'adaptive']).prefault('exact'),
  coolAfter: duration('Unused hot balance goes back after this. Default 100ms.', 1).prefault('100ms'),
  faultsUntil: duration('Nothing goes wrong from then on. Default 3s.', 1).prefault('3s'),
  horizon: duration('By then the world is at rest. Default 30s.', 1).prefault('30s'),
  accounts: byName('By name.', account),
  routes: byName(
    'Addresses below test.far, by their last segment: the accounts that announced it, in the order in which they are picked.',
    oneOrMany('Accounts.', name('An account.')),
  ).prefault({}),
  payments: byName('By name. Each is asked for at any time, or never.', payment),
  operations: byName('Money in or out, by name. Each is asked for at any time, or never.', operation).prefault({}),
  budgets: keys({
    crashes: budget('A thread dies, between two steps or between two effects of one, and is started again.'),
    zombies: budget('A thread is only slow: another life claims its book, and the first goes on.'),
    cuts: budget('A connection to the store breaks: replies are lost; of the commands on their way the first few may yet arrive.'),
    lostCommits: budget('A commit is lost and those behind it arrive.'),
    delays: budget('Time goes on to the next deadline although something could still happen before.'),
  })
    .describe('How often each may go wrong in one history.')
    .prefault({}),
})

export type SmallWorldFile = z.output<typeof SMALL_WORLD>

/** `scenarios/explore/world.schema.json`, which editors pick up. */
export function smallWorldJsonSchema(): string {
  return `${JSON.stringify({ ...z.toJSONSchema(SMALL_WORLD, { io: 'input' }), title: 'A small world of ilp-sim explore' }, null, 2)}\n`
}
