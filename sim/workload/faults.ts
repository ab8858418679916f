/** The faults of a scenario, resolved to connectors and checked. */
import type { ThreadId } from '../../src/core/values/account.ts'
import { suggestion } from '../../src/files/usageError.ts'
import { longestMs } from './latency.ts'
import type { Report } from './network.ts'
import type { ConnectorPlan, FaultPlan, Latency } from './plan.ts'
import type { Body } from './schema.ts'

type GivenFault = Body['faults'][string]

/** What a thread's connection still holds comes in within this time, where the scenario does not say. */
const LATE: Latency = { kind: 'uniform', lowMs: 0, highMs: 100 }
const RESTART: Latency = { kind: 'constant', ms: 100 }
/** A run lasts until everything has healed. */
const MAX_OUTAGE_MS = 600_000

export function faultsOf(body: Body, { connectors, report }: { readonly connectors: readonly ConnectorPlan[]; readonly report: Report }): FaultPlan[] {
  const names = connectors.map(({ name }) => name)
  return Object.entries(body.faults).flatMap(([name, given]) => {
    const path = ['faults', name]
    const who = given.who.includes('any') ? names : given.who
    checkTimes(given, { path, report, durationMs: body.duration })
    for (const latency of [given.restartAfter, given.lasts, given.lateBy]) {
      if (latency !== undefined && longestMs(latency) > MAX_OUTAGE_MS) report(path, 'takes longer than 10m')
    }
    return who.flatMap((each): FaultPlan[] => {
      const connector = connectors.find((one) => one.name === each)
      if (connector === undefined) {
        report([...path, 'who'], `'${each}' is not a connector; ${suggestion(each, [...names, 'any'])}`)
        return []
      }
      const number = given.thread === undefined ? 0 : Number(given.thread.slice(1))
      if (number >= connector.threads) report([...path, 'thread'], `'${each}' has only the threads t0 to t${connector.threads - 1}`)
      return [planOf({ name, who: each, given, durationMs: body.duration })]
    })
  })
}

interface Checked {
  readonly path: readonly string[]
  readonly report: Report
  readonly durationMs: number
}

function checkTimes({ since, until, at }: GivenFault, { path, report, durationMs }: Checked): void {
  if (since >= durationMs) report([...path, 'since'], 'is after the end of the run')
  const late = at?.find((ms) => ms >= (until ?? durationMs))
  if (late !== undefined) report([...path, 'at'], until === undefined ? 'is after the end of the run' : 'is not before until')
}

function planOf({ name, who, given, durationMs }: { name: string; who: string; given: GivenFault; durationMs: number }): FaultPlan {
  const { kind, every, at, since, until = durationMs, arrives, lateBy = LATE, restartAfter = RESTART, lasts = RESTART, thread, midStep } = given
  const times: FaultPlan['times'] = every === undefined ? { kind: 'at', atMs: [...(at ?? [])].sort((a, b) => a - b) } : { kind: 'every', meanMs: every }
  const base = { name, who, times, fromMs: since, untilMs: until, ...(arrives === undefined ? {} : { arrives }) }
  switch (kind) {
    case 'crash':
      return { ...base, kind, ...(thread === undefined ? {} : { thread: thread as ThreadId }), midStep: midStep ?? 0.5, restartAfter, lateBy }
    case 'store-restart':
      return { ...base, kind, restartAfter }
    case 'store-stall':
      return { ...base, kind, lasts, lateBy }
  }
}
