/** Packets of ILPv4, well-formed, of every size that RFC 27 allows. */
import fc from 'fast-check'
import { type Address, address } from '../../src/core/values/address.ts'
import { amount } from '../../src/core/values/amount.ts'
import type { Condition } from '../../src/core/values/condition.ts'
import { fulfillmentOf } from '../../src/core/values/condition.ts'
import type { Fulfill, Prepare, Reject, RejectCode, Reply } from '../../src/core/values/packet.ts'

const letters = [...'abcXYZ019_~-']
const segment = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 40 }).map((chars) => chars.join(''))

const anyAddress: fc.Arbitrary<Address> = fc
  .tuple(
    fc.constantFrom('g', 'private', 'example', 'peer', 'self', 'test', 'test1', 'test2', 'test3', 'local'),
    fc.array(segment, { minLength: 1, maxLength: 20 }),
  )
  .map(([scheme, segments]) => address([scheme, ...segments].join('.')))

/** Around each size at which a length prefix grows, up to the most that a packet's data may be. */
const data: fc.Arbitrary<Uint8Array> = fc
  .oneof({ weight: 6, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.constantFrom(0, 127, 128, 255, 256, 32_767) })
  .chain((length) => fc.nat(255).map((fill) => Buffer.alloc(length, fill)))

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes))

export const anyPrepare: fc.Arbitrary<Prepare> = fc.record({
  amount: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(amount),
  expiresAt: fc.oneof(fc.integer({ min: 1, max: 253_402_300_799_999 }), fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 })),
  condition: hash.map((bytes) => bytes.toString('base64url') as Condition),
  destination: anyAddress,
  data,
})

const fulfill: fc.Arbitrary<Fulfill> = fc.record({ type: fc.constant('fulfill'), fulfillment: hash.map(fulfillmentOf), data })

const reject: fc.Arbitrary<Reject> = fc.record({
  type: fc.constant('reject'),
  code: fc.tuple(fc.constantFrom('F', 'T', 'R'), fc.nat(99)).map(([letter, n]) => `${letter}${String(n).padStart(2, '0')}` as RejectCode),
  triggeredBy: fc.oneof({ weight: 5, arbitrary: anyAddress }, { weight: 1, arbitrary: fc.constant('' as Address) }),
  message: fc.oneof({ weight: 9, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) }, { weight: 1, arbitrary: fc.constant('é'.repeat(4_095)) }),
  data,
})

export const anyReply: fc.Arbitrary<Reply> = fc.oneof(fulfill, reject)
