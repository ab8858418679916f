/** Other processes of this machine, by their pid: whether they live, and whether they are still the ones that were meant. */
import { existsSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 20

export function isAlive(pid: number): boolean {
  // One that has ended and that nobody has asked after yet lives for signals only.
  const { state } = statOf(pid)
  if (state === 'Z' || state === 'X') return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process lives too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** When it began, in ticks since the machine started: with the pid it names a process for good. '' where the system does not say. */
export function startOf(pid: number): string {
  return statOf(pid).start
}

function statOf(pid: number): { readonly state: string; readonly start: string } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // After the command in parentheses, which may hold blanks and parentheses itself: the third field is the state, the 22nd the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', start: fields[19] ?? '' }
  } catch {
    return { state: '', start: '' }
  }
}

/** Whether that is the folder that it works in; unknown where the system does not say of any process. */
export function worksIn(pid: number, folder: string): 'yes' | 'no' | 'unknown' {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder) ? 'yes' : 'no'
  } catch {
    // Nor does it say of another user's, which is none of ours.
    return existsSync('/proc/self/cwd') ? 'no' : 'unknown'
  }
}

/** Whether it was gone within that time. */
export async function isGoneWithin(pid: number, ms: number): Promise<boolean> {
  for (const until = performance.now() + ms; performance.now() < until; await sleep(POLL_MS)) {
    if (!isAlive(pid)) return true
  }
  return !isAlive(pid)
}
