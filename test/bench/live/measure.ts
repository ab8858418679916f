/** One window of one connector. */
import type { Child } from './children.ts'
import { type Snapshot, takeSnapshot } from './cpu.ts'
import type { Job, Measured, Received, Sent } from './messages.ts'
import type { Subject } from './subject.ts'

export interface Window {
  readonly packetsPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Undefined where there is no /proc. */
  readonly cpu: WindowCpu | undefined
}

export interface WindowCpu {
  readonly us: CpuUs
  /** Cores that processes outside the bench kept busy. */
  readonly othersBusy: number
}

/** Microseconds a packet. */
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
  const from = takeSnapshot()
  const measured = await heard(sender, 'measured', subject)
  const to = takeSnapshot()
  const { sent } = await heard(sender, 'idle', subject)
  const passed = (await received(load)) - before
  if (passed !== sent) throw new Error(`${subject.name}: ${sent} packets were sent and fulfilled, and ${passed} reached the receiver`)
  const { fulfilled, seconds, p50Ms, p99Ms } = measured
  const cpu = from === undefined || to === undefined ? undefined : cpuBetween(from, to, { subject, load, measured })
  return { packetsPerS: fulfilled / seconds, p50Ms, p99Ms, cpu }
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

interface Measurement {
  readonly subject: Subject
  readonly load: Load
  readonly measured: Measured
}

function cpuBetween(from: Snapshot, to: Snapshot, { subject, load, measured }: Measurement): WindowCpu {
  const used = (pid: number, part: 'redis' | 'rest') => to.of(pid)[part] - from.of(pid)[part]
  const seconds: CpuUs = {
    connector: used(subject.pid, 'rest'),
    redis: used(subject.pid, 'redis'),
    sender: used(load.sender.pid, 'rest'),
    receiver: used(load.receiver.pid, 'rest'),
  }
  const { connector, redis, sender, receiver } = seconds
  const others = to.busy - from.busy - connector - redis - sender - receiver
  const us = (part: keyof CpuUs) => (seconds[part] * 1e6) / measured.fulfilled
  return {
    us: { connector: us('connector'), redis: us('redis'), sender: us('sender'), receiver: us('receiver') },
    othersBusy: Math.max(0, others / measured.seconds),
  }
}
