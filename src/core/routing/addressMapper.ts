/** Finds the announced route for a destination: the longest prefix wins. */
import { parentOf } from '../values/address.ts'
import type { AddressMapper, Way } from './snapshot.ts'

export interface Found {
  readonly route: string
  readonly ways: readonly Way[]
}

export function longestPrefix(mapper: AddressMapper, destination: string): Found | undefined {
  let route: string | undefined = destination
  while (route !== undefined) {
    const ways = mapper.get(route)
    if (ways !== undefined) return { route, ways }
    route = parentOf(route)
  }
  const ways = mapper.get('')
  return ways === undefined ? undefined : { route: '', ways }
}
