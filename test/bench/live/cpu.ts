/** The CPU time of processes and whatever they started, from /proc: Linux only, elsewhere nothing is told. */
import { readdirSync, readFileSync } from 'node:fs'

/** What utime and stime are counted in: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100

export interface Cpu {
  /** Seconds since they began. */
  readonly redis: number
  /** Everything else below the same process, itself included. */
  readonly rest: number
}

interface Process {
  readonly parent: number
  readonly name: string
  readonly seconds: number
}

/** Undefined where there is no /proc. */
export function cpuOf(root: number): Cpu | undefined {
  const processes = allProcesses()
  if (processes === undefined) return undefined
  let redis = 0
  let rest = 0
  for (const [pid, { name, seconds }] of processes) {
    if (!isBelow(processes, root, pid)) continue
    if (name.startsWith('redis')) redis += seconds
    else rest += seconds
  }
  return { redis, rest }
}

function allProcesses(): Map<number, Process> | undefined {
  const processes = new Map<number, Process>()
  try {
    for (const entry of readdirSync('/proc')) {
      const process = /^\d+$/.test(entry) ? processOf(entry) : undefined
      if (process !== undefined) processes.set(Number(entry), process)
    }
  } catch {
    return undefined
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

function isBelow(processes: ReadonlyMap<number, Process>, root: number, pid: number): boolean {
  for (let at: number | undefined = pid; at !== undefined; at = processes.get(at)?.parent) if (at === root) return true
  return false
}
