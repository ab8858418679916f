/** What goes wrong at a connector, as it happens. */
import { z } from 'zod'
import type { Slip, Strike } from '../../faults/fault.ts'
import { describes, named } from './shape.ts'
import { count, threadId } from './values.ts'

const cut = named(
  'Cut',
  'What becomes of the commands that are on their way when a connection to the store is cut.',
  z.strictObject({
    arrives: z.number().min(0).max(1).describe('Share of them, the first, that the store still gets.'),
    lateUs: count.describe('When the last of these comes in, after the cut.'),
  }),
)
const cuts = z.array(cut).describe('For each thread, in their order.')

export const fault = named(
  'Fault',
  'Something that goes wrong at a connector.',
  z.discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('crash'),
        thread: threadId,
        midStep: z.exactOptional(z.number().min(0).max(1)).describe('In its next step it dies after this share of the effects. Left out: it dies at once.'),
        cut,
        restartUs: count.describe('From its death to the start of its next life.'),
      })
      .describe('A thread dies with all that it had in memory.'),
    z
      .strictObject({ type: z.literal('store-restart'), restartUs: count, cuts, losesUs: z.exactOptional(count.describe('Left out: nothing.')) })
      .describe('The store dies, and comes back as it was so long before.'),
    z
      .strictObject({ type: z.literal('store-failover'), restartUs: count, cuts, losesUs: count, node: count })
      .describe('One node of the store dies, and its shards come back as they were so long before.'),
    z.strictObject({ type: z.literal('store-cut'), thread: threadId, cut }).describe("A thread's connection to the store breaks."),
    z.strictObject({ type: z.literal('store-stall'), lastsUs: count, cuts }).describe('The store applies and answers nothing for a time.'),
  ]),
)

export const slip = named(
  'Slip',
  'Something that goes wrong with a single message.',
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('wake-lost') }).describe('A hint to a thread is lost.'),
    z.strictObject({ type: z.literal('wake-late'), byUs: count }).describe('A hint to a thread comes so much later.'),
    z.strictObject({ type: z.literal('wake-repeat'), afterUs: count }).describe('A hint to a thread comes once more, so long after.'),
  ]),
)

describes<typeof fault, Strike>()
describes<typeof slip, Slip>()
