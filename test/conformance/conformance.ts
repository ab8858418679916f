/** The property that both stores are one, as something that can be run on any text of the scripts. */
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import type { Scripts } from '../../src/store/scripts.ts'
import { type Opening, openings, type StoreStep, storeSteps } from '../arbitraries/storeStep.ts'
import { BothStores } from './bothStores.ts'

let lastPrefix = 0

/** Each sequence has keys of its own. */
export function conformance(redis: Redis, scripts: Scripts): fc.IAsyncProperty<[readonly Opening[], readonly StoreStep[]]> {
  return fc.asyncProperty(openings, storeSteps, async (opening, steps) => {
    const both = new BothStores(redis, `s${++lastPrefix}:`, scripts)
    await both.open(opening)
    for (const step of steps) await both.run(step)
    await both.sameState()
  })
}
