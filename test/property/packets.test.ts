/** The bytes of packets, with ilp-packet (npm) as the oracle. */
import fc from 'fast-check'
import * as oracle from 'ilp-packet'
import { expect, test } from 'vitest'
import type { Prepare, Reply } from '../../src/core/values/packet.ts'
import { decodePrepare, decodeReply, encodePrepare, encodeReply } from '../../src/wire/packet.ts'
import { anyPrepare, anyReply } from '../arbitraries/packet.ts'
import { repeatable } from '../arbitraries/repeatable.ts'

function prepareForOracle(prepare: Prepare): oracle.IlpPrepare {
  return {
    amount: String(prepare.amount),
    executionCondition: Buffer.from(prepare.condition, 'base64url'),
    expiresAt: new Date(prepare.expiresAt),
    destination: prepare.destination,
    data: Buffer.from(prepare.data),
  }
}

function replyForOracle(reply: Reply): oracle.IlpReply {
  if (reply.type === 'fulfill') return { fulfillment: Buffer.from(reply.fulfillment, 'base64url'), data: Buffer.from(reply.data) }
  const { code, triggeredBy, message, data } = reply
  return { code: code as oracle.IlpErrorCode, triggeredBy, message, data: Buffer.from(data) }
}

/** What the oracle makes of bytes, in words of ours; undefined where it throws. */
function prepareByOracle(bytes: Buffer): unknown {
  const read = attempt(() => oracle.deserializeIlpPrepare(bytes))
  return read && { ...read, executionCondition: read.executionCondition.toString('base64url') }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

test('for every prepare, the bytes are those of ilp-packet', () => {
  fc.assert(
    fc.property(anyPrepare, (prepare) => {
      expect(encodePrepare(prepare).equals(oracle.serializeIlpPrepare(prepareForOracle(prepare)))).toBe(true)
    }),
    repeatable(1_000),
  )
})

test('for every reply, the bytes are those of ilp-packet', () => {
  fc.assert(
    fc.property(anyReply, (reply) => {
      expect(encodeReply(reply).equals(oracle.serializeIlpReply(replyForOracle(reply)))).toBe(true)
    }),
    repeatable(1_000),
  )
})

test('for every prepare and reply, what ilp-packet wrote is read as it was meant', () => {
  fc.assert(
    fc.property(anyPrepare, anyReply, (prepare, reply) => {
      const readPrepare = decodePrepare(oracle.serializeIlpPrepare(prepareForOracle(prepare)))
      expect(plain(readPrepare)).toEqual(plain(prepare))
      expect(plain(decodeReply(oracle.serializeIlpReply(replyForOracle(reply))))).toEqual(plain(reply))
    }),
    repeatable(500),
  )
})

function plain<T extends object>(packet: T): object {
  return 'data' in packet ? { ...packet, data: Buffer.from(packet.data as Uint8Array).toString('base64') } : packet
}

/** Changes to a packet's bytes, several of which may cancel out. */
const damage = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ kind: fc.constant('set' as const), at: fc.nat(120), to: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), to: fc.constant(0) }),
    fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) }),
  ),
  { minLength: 1, maxLength: 3 },
)

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never

function damaged(bytes: Buffer, changes: Damage): Buffer {
  return changes.reduce((now, { kind, at, to }) => {
    const where = at % (now.length + 1)
    if (kind === 'cut') return now.subarray(0, where)
    if (kind === 'insert') return Buffer.concat([now.subarray(0, where), Buffer.of(to), now.subarray(where)])
    const set = Buffer.from(now)
    if (where < set.length) set[where] = to
    return set
  }, bytes)
}

test('for every damaged prepare, it is read as ilp-packet reads it or refused with a reason, and never throws', () => {
  const verdicts = { same: 0, bothRefuse: 0, stricter: 0 }
  fc.assert(
    fc.property(anyPrepare, damage, (prepare, changes) => {
      const bytes = damaged(encodePrepare(prepare), changes)
      const read = decodePrepare(bytes)
      const told = prepareByOracle(bytes)
      if ('invalid' in read) {
        expect(read.invalid).not.toBe('')
        verdicts[told === undefined ? 'bothRefuse' : 'stricter']++
        return
      }
      const { executionCondition, ...rest } = prepareForOracle(read)
      expect(told).toEqual({ ...rest, executionCondition: executionCondition.toString('base64url') })
      verdicts.same++
    }),
    repeatable(2_000),
  )
  for (const count of Object.values(verdicts)) expect(count).toBeGreaterThan(20)
})

test('for every damaged reply, it is read as ilp-packet reads it or refused with a reason, and never throws', () => {
  const verdicts = { same: 0, bothRefuse: 0, stricter: 0 }
  fc.assert(
    fc.property(anyReply, damage, (reply, changes) => {
      const bytes = damaged(encodeReply(reply), changes)
      const read = decodeReply(bytes)
      const told = attempt(() => oracle.deserializeIlpReply(bytes))
      if ('invalid' in read) {
        verdicts[told === undefined ? 'bothRefuse' : 'stricter']++
        return
      }
      expect(told).toEqual(replyForOracle(read))
      verdicts.same++
    }),
    repeatable(2_000),
  )
  for (const count of Object.values(verdicts)) expect(count).toBeGreaterThan(20)
})

test('for every sequence of bytes, reading it never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(12, 13, 14, undefined), (bytes, type) => {
      const buffer = Buffer.from(type === undefined ? bytes : [type, bytes.length, ...bytes])
      for (const read of [decodePrepare(buffer), decodeReply(buffer)]) expect('invalid' in read ? typeof read.invalid : 'string').toBe('string')
    }),
    repeatable(3_000),
  )
})
