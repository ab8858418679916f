/** Routes, and what threads and announcers know of accounts. */
import { z } from 'zod'
import type { Announcement } from '../../../src/core/routing/announcement.ts'
import type { Quote } from '../../../src/core/routing/quote.ts'
import type { Reading } from '../../../src/core/routing/reading.ts'
import type { Snapshot } from '../../../src/core/routing/snapshot.ts'
import { describes, named } from './shape.ts'
import { accountId, address, amount, balance, count, ms, prefix, threadId } from './values.ts'

const curve = named(
  'LiquidityCurve',
  'What arrives for what is sent: straight lines from (0, 0) through these points, flat after the last. Empty: all of it.',
  z.array(z.strictObject({ source: amount, destination: amount })),
)

export const announcementFields = {
  routes: z.array(
    z.strictObject({ prefix, path: z.array(address).describe('The connectors on the way, the announcing one first.'), curve }).describe('New or changed.'),
  ),
  withdrawn: z.array(prefix),
}
export const announcement = named('Announcement', 'What a connector tells another of its routes (A3).', z.strictObject(announcementFields))

export const tally = named(
  'Tally',
  'How attempts ended, by count and by amount in base units (A2). In a book whole numbers; decayed ones have fractions.',
  z.strictObject({
    successes: z.number(),
    faults: z.number(),
    noRoom: z.number(),
    successAmount: z.number(),
    faultAmount: z.number(),
    noRoomAmount: z.number(),
  }),
)

export function tallies<T extends z.ZodType>(each: T) {
  return z.record(prefix, z.record(accountId, each)).describe('By announced route, then by account.')
}

const way = z.strictObject({
  account: accountId,
  path: z.array(address).describe('The connectors beyond this account, nearest first.'),
  curve,
  since: ms.describe('Since when it announces this route.'),
})
const lostByFailover = amount.describe('Sum over threads of returned - given and of what cold is below its limit, where positive. Left out: 0.')
const accountView = z.strictObject({
  balance: balance.describe('cold + sum over threads of (granted - taken) + hot + (given - returned), each read once.'),
  underWay: amount.describe('Outgoing amounts under way to it.'),
  parts: z.record(threadId, z.strictObject({ balance: balance.describe("This book's hot - taken + given."), underWay: amount })),
  lostByFailover: z.exactOptional(lostByFailover),
})

export const snapshot = named(
  'Snapshot',
  "What the announcer tells the threads: the routes, and what the announcing accounts' books said when last read.",
  z.strictObject({
    version: z.int().describe('Grows with each that is told: a thread ignores what is older than what it has.'),
    at: ms.describe('When the books were read.'),
    mapper: z.record(prefix, z.array(way)).describe('The addressMapper: announced route to the ways that may be used, in order of account id.'),
    accounts: z.record(accountId, accountView),
    tallies: tallies(
      z.strictObject({
        at: ms.describe('When something was last added.'),
        tally: tally.describe('Over all threads, decayed up to then.'),
        parts: z.record(threadId, tally).describe("Each book's running totals."),
      }),
    ),
    seqs: z.record(threadId, count).describe('The last commit of each book that was read.'),
  }),
)

export const bookEntry = named(
  'BookEntry',
  'What a book says of an account.',
  z.strictObject({ account: accountId, hot: balance, taken: amount, given: amount, underWay: amount.describe('Outgoing amounts under way to it.') }),
)

export const reading = named(
  'Reading',
  'What stood in the shards and books of some accounts.',
  z.strictObject({
    accounts: z.array(
      z.strictObject({
        account: accountId,
        cold: balance,
        outside: balance.describe('Sum over threads of granted - returned.'),
        lostByFailover: z.exactOptional(lostByFailover),
      }),
    ),
    books: z.array(
      z.strictObject({
        thread: threadId,
        seq: count,
        accounts: z.array(bookEntry),
        tallies: tallies(tally),
      }),
    ),
  }),
)

export const quote = named('Quote', 'By the announced curves.', z.strictObject({ account: accountId, sourceAmount: amount, destinationAmount: amount }))

describes<typeof announcement, Announcement>()
describes<typeof snapshot, Snapshot>()
describes<typeof reading, Reading>()
describes<typeof quote, Quote>()
