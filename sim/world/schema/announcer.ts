/** Everything that can happen to an announcer, and everything it can ask for. */
import { z } from 'zod'
import type { AnnouncerEffect, AnnouncerInput } from '../../../src/core/announcer.ts'
import { announcement, quote, reading, snapshot } from './routing.ts'
import { describes, named } from './shape.ts'
import { directory } from './thread.ts'
import { accountId, amount, count, ms } from './values.ts'

const inputs = {
  started: z.strictObject({ type: z.literal('started'), at: ms }),
  connected: z.strictObject({ type: z.literal('connected'), at: ms, account: accountId }).describe('First contact with a peer.'),
  announcementReceived: z.strictObject({ type: z.literal('announcementReceived'), at: ms, from: accountId, announcement }),
  heartbeatHeard: z.strictObject({ type: z.literal('heartbeatHeard'), at: ms, from: accountId }).describe('All that it announced still holds.'),
  booksRead: z.strictObject({ type: z.literal('booksRead'), at: ms, reading }).describe('Reply to readBooks.'),
  quoteAsked: z.strictObject({ type: z.literal('quoteAsked'), at: ms, request: count, from: accountId, destination: z.string(), amount }),
  directoryReplaced: z.strictObject({ type: z.literal('directoryReplaced'), at: ms, directory }).describe('Accounts came, changed or went.'),
  woke: z.strictObject({ type: z.literal('woke'), at: ms }),
} satisfies Record<AnnouncerInput['type'], z.ZodType>

export const announcerInput = named(
  'AnnouncerInput',
  "Something that happened to a connector's announcer.",
  z.discriminatedUnion('type', [
    inputs.started,
    inputs.connected,
    inputs.announcementReceived,
    inputs.heartbeatHeard,
    inputs.booksRead,
    inputs.quoteAsked,
    inputs.directoryReplaced,
    inputs.woke,
  ]),
)

export const announcerEffects = {
  announce: z.strictObject({ type: z.literal('announce'), to: accountId, announcement }),
  readBooks: named(
    'readBooks',
    'Reads shards and books of accounts, as they stand at that moment.',
    z.strictObject({ type: z.literal('readBooks'), accounts: z.array(accountId) }),
  ),
  publish: z.strictObject({ type: z.literal('publish'), snapshot }).describe('To every thread of the connector.'),
  answerQuote: z.strictObject({ type: z.literal('answerQuote'), request: count, quote: z.exactOptional(quote) }).describe('No quote: no way.'),
  sleepUntil: z.strictObject({ type: z.literal('sleepUntil'), at: ms }),
} satisfies Record<AnnouncerEffect['type'], z.ZodType>

export const announcerEffect = named(
  'AnnouncerEffect',
  'Something that an announcer asks for.',
  z.discriminatedUnion('type', [
    announcerEffects.announce,
    announcerEffects.readBooks,
    announcerEffects.publish,
    announcerEffects.answerQuote,
    announcerEffects.sleepUntil,
  ]),
)

describes<typeof announcerInput, AnnouncerInput>()
describes<typeof announcerEffect, AnnouncerEffect>()
