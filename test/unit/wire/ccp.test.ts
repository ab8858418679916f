/** Our octets of CCP and ILDCP against those of `ilp-protocol-ccp` and `ilp-protocol-ildcp`, both ways; and what is malformed. */
import { describe, expect, test } from 'vitest'
import { IDENTITY } from '../../../src/core/routing/liquidityCurve.ts'
import { address } from '../../../src/core/values/address.ts'
import {
  decodeRouteControl,
  decodeRouteUpdate,
  encodeRouteControl,
  encodeRouteUpdate,
  NO_TABLE,
  type RouteControl,
  type RouteUpdate,
  routeSize,
} from '../../../src/wire/ccp.ts'
import { decodeOwnConfig, encodeOwnConfig } from '../../../src/wire/ildcp.ts'
import { decodePrepare, decodeReply, encodePrepare, encodeReply } from '../../../src/wire/packet.ts'
import { CONFIG, peerFulfill, peerPrepare, ROUTE_CONTROL, wrongWithPeerPrepare } from '../../../src/wire/peerProtocol.ts'
import { otherMakes } from '../../fixtures/otherMakes.ts'

interface TheirUpdate {
  readonly routingTableId: string
  readonly currentEpochIndex: number
  readonly fromEpochIndex: number
  readonly toEpochIndex: number
  readonly holdDownTime: number
  readonly speaker: string
  readonly newRoutes: readonly { readonly prefix: string; readonly path: readonly string[]; readonly auth: Buffer; readonly props: readonly unknown[] }[]
  readonly withdrawnRoutes: readonly string[]
}

interface TheirCcp {
  readonly serializeCcpRouteControlRequestPayload: (control: unknown) => Buffer
  readonly deserializeCcpRouteControlRequestPayload: (bytes: Buffer) => unknown
  readonly serializeCcpRouteUpdateRequestPayload: (update: TheirUpdate) => Buffer
  readonly deserializeCcpRouteUpdateRequestPayload: (bytes: Buffer) => TheirUpdate
  readonly deserializeCcpRouteControlRequest: (packet: Buffer) => unknown
  readonly deserializeCcpResponse: (packet: Buffer) => void
}

interface TheirIldcp {
  readonly serializeIldcpRequest: (request: object) => Buffer
  readonly deserializeIldcpResponse: (packet: Buffer) => unknown
}

const load = await otherMakes()
const ccp = load('ilp-protocol-ccp') as TheirCcp
const ildcp = load('ilp-protocol-ildcp') as TheirIldcp

const TABLE = '0123456789abcdef0123456789abcdef'
const UUID = '01234567-89ab-cdef-0123-456789abcdef'

const control: RouteControl = { mode: 'sync', tableId: TABLE, epoch: 77 }
const theirControl = { mode: 1, lastKnownRoutingTableId: UUID, lastKnownEpoch: 77, features: [] }

const update: RouteUpdate = {
  tableId: TABLE,
  currentEpoch: 300,
  fromEpoch: 7,
  toEpoch: 299,
  holdDownMs: 180_000,
  speaker: 'test.hub',
  routes: [
    { prefix: 'test.hub', path: [address('test.hub')], curve: IDENTITY },
    { prefix: `test.far.${'x'.repeat(200)}`, path: [address('test.hub'), address(`test.far.${'x'.repeat(200)}`)], curve: IDENTITY },
    { prefix: 'test.near', path: [], curve: IDENTITY },
  ],
  withdrawn: ['test.gone', 'test.lost'],
}
const theirUpdate: TheirUpdate = {
  routingTableId: UUID,
  currentEpochIndex: 300,
  fromEpochIndex: 7,
  toEpochIndex: 299,
  holdDownTime: 180_000,
  speaker: 'test.hub',
  newRoutes: update.routes.map(({ prefix, path }) => ({ prefix, path, auth: Buffer.alloc(32), props: [] })),
  withdrawnRoutes: update.withdrawn,
}

describe('a route control', () => {
  test('ours → the octets of theirs, and back', () => {
    const bytes = encodeRouteControl(control)
    expect(bytes).toEqual(ccp.serializeCcpRouteControlRequestPayload(theirControl))
    expect(ccp.deserializeCcpRouteControlRequestPayload(bytes)).toEqual(theirControl)
    expect(decodeRouteControl(bytes)).toEqual(control)
  })

  test('theirs with features, from one that knows no table → read over', () => {
    const theirs = { mode: 0, lastKnownRoutingTableId: '00000000-0000-0000-0000-000000000000', lastKnownEpoch: 0, features: ['foo', 'bar'] }
    expect(decodeRouteControl(ccp.serializeCcpRouteControlRequestPayload(theirs))).toEqual({ mode: 'idle', tableId: NO_TABLE, epoch: 0 })
  })

  test('in our packet → theirs reads it; our answer → theirs takes it', () => {
    const packet = encodePrepare(peerPrepare(ROUTE_CONTROL, encodeRouteControl(control), Date.now() + 60_000))
    expect(ccp.deserializeCcpRouteControlRequest(packet)).toEqual(theirControl)
    expect(() => ccp.deserializeCcpResponse(encodeReply(peerFulfill()))).not.toThrow()
  })

  test('cut off, or in a mode that there is not → invalid', () => {
    const bytes = encodeRouteControl(control)
    for (let length = 0; length < 21; length++) expect(decodeRouteControl(bytes.subarray(0, length))).toHaveProperty('invalid')
    expect(decodeRouteControl(Buffer.concat([Buffer.of(2), bytes.subarray(1)]))).toHaveProperty('invalid')
  })
})

describe('a route update', () => {
  test('ours → the octets of theirs, and back', () => {
    const bytes = encodeRouteUpdate(update)
    expect(bytes).toEqual(ccp.serializeCcpRouteUpdateRequestPayload(theirUpdate))
    expect(ccp.deserializeCcpRouteUpdateRequestPayload(bytes)).toEqual(theirUpdate)
    expect(decodeRouteUpdate(bytes)).toEqual(update)
  })

  test('theirs with auth and props → read over', () => {
    const props = [{ isOptional: true, isTransitive: true, isPartial: false, id: 9, isUtf8: true, value: 'hello' }]
    const theirs = { ...theirUpdate, newRoutes: [{ prefix: 'test.a', path: ['test.b'], auth: Buffer.alloc(32, 7), props }] }
    const ours = { ...update, routes: [{ prefix: 'test.a', path: ['test.b'], curve: IDENTITY }] }
    expect(decodeRouteUpdate(ccp.serializeCcpRouteUpdateRequestPayload(theirs))).toEqual(ours)
  })

  test('cut off anywhere → invalid', () => {
    const bytes = encodeRouteUpdate(update)
    for (let length = 0; length < bytes.length; length++) expect(decodeRouteUpdate(bytes.subarray(0, length))).toHaveProperty('invalid')
  })

  test('more routes than there are octets for, addresses that are none, epochs that go back → invalid', () => {
    const head = encodeRouteUpdate({ ...update, routes: [], withdrawn: [] }).subarray(0, -4)
    expect(decodeRouteUpdate(Buffer.concat([head, Buffer.of(4, 255, 255, 255, 255)]))).toHaveProperty('invalid')
    const withRoute = (route: object): Buffer =>
      ccp.serializeCcpRouteUpdateRequestPayload({ ...theirUpdate, newRoutes: [{ ...theirUpdate.newRoutes[0], ...route } as never] })
    expect(decodeRouteUpdate(withRoute({ prefix: 'test..a' }))).toHaveProperty('invalid')
    expect(decodeRouteUpdate(withRoute({ path: ['no address!'] }))).toHaveProperty('invalid')
    expect(decodeRouteUpdate(encodeRouteUpdate({ ...update, fromEpoch: 300 }))).toHaveProperty('invalid')
  })

  test('the size of a route → never below what it takes', () => {
    for (const route of update.routes) {
      const took = encodeRouteUpdate({ ...update, routes: [route] }).length - encodeRouteUpdate({ ...update, routes: [] }).length
      expect(routeSize(route)).toBeGreaterThanOrEqual(took)
    }
  })
})

describe('ILDCP', () => {
  test('our answer → theirs reads it, and so do we', () => {
    const own = { address: address('test.hub.alice'), assetScale: 9, assetCode: 'Ξ' }
    const packet = encodeReply(peerFulfill(encodeOwnConfig(own)))
    expect(ildcp.deserializeIldcpResponse(packet)).toEqual({ clientAddress: 'test.hub.alice', assetScale: 9, assetCode: 'Ξ' })
    const reply = decodeReply(packet)
    expect('type' in reply && decodeOwnConfig(reply.data)).toEqual(own)
  })

  test('their request → to peer.config, with nothing wrong', () => {
    const prepare = decodePrepare(ildcp.serializeIldcpRequest({}))
    if ('invalid' in prepare) throw new Error(prepare.invalid)
    expect(prepare.destination).toBe(CONFIG)
    expect(wrongWithPeerPrepare(prepare)).toBeUndefined()
  })
})
