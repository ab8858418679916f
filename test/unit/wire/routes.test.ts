/** Tables of routes between neighbours: whoever follows one by its updates has what it has. */
import { describe, expect, test } from 'vitest'
import type { Route } from '../../../src/core/routing/announcement.ts'
import { IDENTITY } from '../../../src/core/routing/liquidityCurve.ts'
import { address } from '../../../src/core/values/address.ts'
import { NO_TABLE, type RouteUpdate } from '../../../src/wire/ccp.ts'
import { RouteHearing } from '../../../src/wire/routeHearing.ts'
import { RoutingTable } from '../../../src/wire/routingTable.ts'

function table(): RoutingTable {
  let ids = 0
  return new RoutingTable(() => String(++ids).padStart(32, '0'))
}

function route(prefix: string, ...path: string[]): Route {
  return { prefix, path: path.map(address), curve: IDENTITY }
}

function updateOf(one: RoutingTable, epoch: number, maxOctets = 1_000): RouteUpdate {
  return { tableId: one.id, currentEpoch: one.epoch, holdDownMs: 1_000, speaker: 'test.hub', ...one.changesAfter(epoch, maxOctets) }
}

describe('our table', () => {
  test('the same announced again → no change', () => {
    const one = table()
    one.apply({ routes: [route('a', 'x'), route('b', 'x')], withdrawn: [] })
    one.apply({ routes: [route('a', 'x')], withdrawn: ['c'] })
    expect(one.epoch).toBe(2)
  })

  test('changed and withdrawn → each prefix once, as it stands, from any epoch', () => {
    const one = table()
    one.apply({ routes: [route('a', 'x'), route('b', 'x')], withdrawn: [] })
    one.apply({ routes: [route('a', 'y')], withdrawn: ['b'] })
    expect(one.changesAfter(0, 1_000)).toEqual({ fromEpoch: 0, toEpoch: 4, routes: [route('a', 'y')], withdrawn: ['b'] })
    expect(one.changesAfter(3, 1_000)).toEqual({ fromEpoch: 3, toEpoch: 4, routes: [], withdrawn: ['b'] })
    expect(one.changesAfter(4, 1_000)).toEqual({ fromEpoch: 4, toEpoch: 4, routes: [], withdrawn: [] })
  })

  test('more than fits → in parts that join', () => {
    const one = table()
    const routes = Array.from({ length: 30 }, (_, i) => route(`p${i}`, 'x'))
    one.apply({ routes, withdrawn: [] })
    const heard: Route[] = []
    let epoch = 0
    while (epoch < one.epoch) {
      const part = one.changesAfter(epoch, 150)
      expect(part.routes.length).toBeGreaterThan(0)
      expect(part.fromEpoch).toBe(epoch)
      heard.push(...part.routes)
      epoch = part.toEpoch
    }
    expect(heard).toEqual(routes)
  })

  test('a route that flaps for ever → a table anew, with the routes that are', () => {
    const one = table()
    const { id } = one
    for (let i = 0; i < 6_000; i++) one.apply(i % 2 === 0 ? { routes: [route('a', 'x')], withdrawn: [] } : { routes: [], withdrawn: ['a'] })
    one.apply({ routes: [route('b', 'x')], withdrawn: [] })
    for (let i = 0; i < 6_000; i++) one.apply({ routes: [route('a', i % 2 === 0 ? 'x' : 'y')], withdrawn: [] })
    expect(one.id).not.toBe(id)
    expect(one.epoch).toBeLessThan(10_003)
    expect(one.changesAfter(0, 1_000)).toMatchObject({ routes: [{ prefix: 'b' }, { prefix: 'a' }], withdrawn: [] })
  })
})

describe('a neighbour’s table', () => {
  test('from its beginning, part by part → as it is', () => {
    const [one, hearing] = [table(), new RouteHearing()]
    expect(hearing.control).toEqual({ mode: 'sync', tableId: NO_TABLE, epoch: 0 })
    one.apply({ routes: [route('a', 'x'), route('b', 'x')], withdrawn: [] })
    expect(hearing.hear(updateOf(one, 0), 0)).toEqual({ routes: [route('a', 'x'), route('b', 'x')], withdrawn: [] })
    one.apply({ routes: [], withdrawn: ['a'] })
    expect(hearing.hear(updateOf(one, 2), 0)).toEqual({ routes: [], withdrawn: ['a'] })
    expect(hearing.control).toEqual({ mode: 'sync', tableId: one.id, epoch: 3 })
  })

  test('a part is missing → a gap; nothing is taken of what came after', () => {
    const [one, hearing] = [table(), new RouteHearing()]
    one.apply({ routes: [route('a', 'x'), route('b', 'x')], withdrawn: [] })
    expect(hearing.hear(updateOf(one, 1), 0)).toBe('gap')
    expect(hearing.control.epoch).toBe(0)
  })

  test('what was heard before, again → nothing', () => {
    const [one, hearing] = [table(), new RouteHearing()]
    one.apply({ routes: [route('a', 'x')], withdrawn: [] })
    const early = updateOf(one, 0)
    one.apply({ routes: [], withdrawn: ['a'] })
    hearing.hear(updateOf(one, 0), 0)
    expect(hearing.hear(early, 0)).toEqual({ routes: [], withdrawn: [] })
  })

  test('another table → what it lacks is withdrawn', () => {
    const [one, two, hearing] = [table(), table(), new RouteHearing()]
    one.apply({ routes: [route('a', 'x'), route('b', 'x')], withdrawn: [] })
    two.apply({ routes: [route('b', 'x'), route('c', 'x')], withdrawn: [] })
    hearing.hear(updateOf(one, 0), 0)
    const other = { ...updateOf(two, 0), tableId: 'f'.repeat(32) }
    expect(hearing.hear(other, 0)).toEqual({ routes: [route('b', 'x'), route('c', 'x')], withdrawn: ['a'] })
  })

  test('silent until its word has run out → all is withdrawn once, and asked for from the beginning', () => {
    const [one, hearing] = [table(), new RouteHearing()]
    one.apply({ routes: [route('a', 'x')], withdrawn: [] })
    hearing.hear(updateOf(one, 0), 500)
    hearing.hear(updateOf(one, 1), 700)
    expect(hearing.holdDown(1_699)).toBeUndefined()
    expect(hearing.holdDown(1_700)).toEqual({ routes: [], withdrawn: ['a'] })
    expect(hearing.holdDown(9_999)).toBeUndefined()
    expect(hearing.control).toEqual({ mode: 'sync', tableId: NO_TABLE, epoch: 0 })
  })
})
