/** One window of one connector. */
import type { Child } from './children.ts'
import { cpuOf } from './cpu.ts'
import type { Job, Measured, Received, Sent } from './messages.ts'
import type { Subject } from './subject.ts'

export interface Window {
  readonly packetsPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Microseconds of CPU a packet; undefined where there is no /proc. */
  readonly cpu: CpuUs | undefined
}

export interface CpuUs {
  readonly connector: number
  /** What the connector started to keep its balances in. */
  readonly redis: number
  readonly sender: number
  readonly receiver: number
}

export interface Load {
  readonly sender: Child
  readonly receiver: Child
}

export type Windowing = Pick<Job, 'atOnce' | 'warmUpMs' | 'measureMs'>

export async function measure(subject: Subject, load: Load, windowing: Windowing): Promise<Window> {
  const { sender } = load
  const before = await received(load)
  const job: Job = { url: subject.url, token: subject.token, ids: subject.ids, ...windowing }
  sender.say({ ...job })
  await heard(sender, 'begun', subject)
  const from = cpuOfAll(subject, load)
  const measured = await heard(sender, 'measured', subject)
  const to = cpuOfAll(subject, load)
  const { sent } = await heard(sender, 'idle', subject)
  const passed = (await received(load)) - before
  if (passed !== sent) throw new Error(`${subject.name}: ${sent} packets were sent and fulfilled, and ${passed} reached the receiver`)
  return windowOf(measured, from, to)
}

async function heard<T extends Sent['type']>(sender: Child, type: T, subject: Subject): Promise<Extract<Sent, { type: T }>> {
  const message = await sender.hear<Sent>()
  if (message.type === 'failed') throw new Error(`${subject.name}: ${message.why}`)
  if (message.type !== type) throw new Error(`the sender said ${message.type} where ${type} was expected`)
  return message as Extract<Sent, { type: T }>
}

async function received({ receiver }: Load): Promise<number> {
  receiver.say({})
  return (await receiver.hear<Received>()).received
}

function cpuOfAll(subject: Subject, { sender, receiver }: Load): CpuUs | undefined {
  const [connector, sending, receiving] = [cpuOf(subject.pid), cpuOf(sender.pid), cpuOf(receiver.pid)]
  if (connector === undefined || sending === undefined || receiving === undefined) return undefined
  return { connector: connector.rest, redis: connector.redis, sender: sending.rest, receiver: receiving.rest }
}

function windowOf({ fulfilled, seconds, p50Ms, p99Ms }: Measured, from: CpuUs | undefined, to: CpuUs | undefined): Window {
  const us = (part: keyof CpuUs) => (((to?.[part] ?? 0) - (from?.[part] ?? 0)) * 1e6) / fulfilled
  const known = from !== undefined && to !== undefined
  const cpu = known ? { connector: us('connector'), redis: us('redis'), sender: us('sender'), receiver: us('receiver') } : undefined
  return { packetsPerS: fulfilled / seconds, p50Ms, p99Ms, cpu }
}
