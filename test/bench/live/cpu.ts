/** The CPU time of processes and whatever they started, from /proc: Linux only, elsewhere nothing is told. */
import { readdirSync, readFileSync } from 'node:fs'

/** What utime, stime and the columns of /proc/stat are counted in: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100

/** In seconds since they began. */
export interface Cpu {
  readonly redis: number
  /** Everything else below the same process, itself included. */
  readonly rest: number
}

export interface Snapshot {
  readonly of: (root: number) => Cpu
  /** Of all cores, since the machine began. */
  readonly busy: number
}

interface Process {
  readonly parent: number
  readonly name: string
  readonly seconds: number
}

/** Undefined where there is no /proc. */
export function takeSnapshot(): Snapshot | undefined {
  try {
    const processes = allProcesses()
    return { of: (root) => cpuBelow(processes, root), busy: busySeconds() }
  } catch {
    return undefined
  }
}

function allProcesses(): Map<number, Process> {
  const processes = new Map<number, Process>()
  for (const entry of readdirSync('/proc')) {
    const process = /^\d+$/.test(entry) ? processOf(entry) : undefined
    if (process !== undefined) processes.set(Number(entry), process)
  }
  return processes
}

/** proc_pid_stat(5): the name is in parentheses and may hold any character, the parent is field 4, utime and stime 14 and 15. */
function processOf(pid: string): Process | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  const end = stat.lastIndexOf(')')
  const fields = stat.slice(end + 2).split(' ')
  return {
    parent: Number(fields[1]),
    name: stat.slice(stat.indexOf('(') + 1, end),
    seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S,
  }
}

/** proc_stat(5): user, nice, system, idle, iowait, irq, softirq. */
function busySeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]?.split(/ +/).slice(1).map(Number) ?? []
  return (user + nice + system + irq + softirq) / TICKS_PER_S
}

function cpuBelow(processes: ReadonlyMap<number, Process>, root: number): Cpu {
  let redis = 0
  let rest = 0
  for (const [pid, { name, seconds }] of processes) {
    if (!isBelow(processes, root, pid)) continue
    if (name.startsWith('redis')) redis += seconds
    else rest += seconds
  }
  return { redis, rest }
}

function isBelow(processes: ReadonlyMap<number, Process>, root: number, pid: number): boolean {
  for (let at: number | undefined = pid; at !== undefined; at = processes.get(at)?.parent) if (at === root) return true
  return false
}
