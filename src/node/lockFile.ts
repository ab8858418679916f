/** One process at a time: a file with its pid. Once that process is gone, however it went, the file says nothing any more. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isAlive, startOf } from './processes.ts'

export interface Lock {
  readonly release: () => void
}

/** A folder whose lock changes hands more often than this while we look is nothing that we may have. */
const MAX_TRIES = 10

/** Or the pid of the process that has it. Throws where the folder cannot be written. */
export function takeLock(file: string): Lock | { readonly heldBy: number } {
  const ours = `${process.pid} ${startOf(process.pid)}\n`
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, ours)
  try {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (isLinked(mine, file)) return { release: () => release(file, ours) }
      const found = contentOf(file)
      const heldBy = holderIn(found)
      if (heldBy !== undefined) return { heldBy }
      if (found !== undefined) takeAway(file, { found, as: `${mine}.old` })
    }
    throw new Error(`the lock ${file} cannot be taken`)
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Whole at once: nobody ever reads half of it. */
function isLinked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}

/** The process that the lock names, if it is that very one that still lives. */
function holderIn(content: string | undefined): number | undefined {
  const match = /^(\d+) (\d*)\n$/.exec(content ?? '')
  const pid = Number(match?.[1])
  return match !== null && isAlive(pid) && startOf(pid) === match[2] ? pid : undefined
}

/** Of two that find the same leftover, one may take the other's fresh lock: it is put back. */
function takeAway(file: string, { found, as }: { readonly found: string; readonly as: string }): void {
  try {
    renameSync(file, as)
  } catch {
    return
  }
  if (contentOf(as) !== found) isLinked(as, file)
  rmSync(as, { force: true })
}

function release(file: string, ours: string): void {
  if (contentOf(file) === ours) rmSync(file, { force: true })
}
