/** The processes that the bench starts, and ends. */
import { type ChildProcess, fork, type Serializable } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly pid: number
  /** Its next message. */
  readonly hear: <T>() => Promise<T>
  readonly say: (message: Serializable) => void
  readonly stop: () => Promise<void>
}

/** Of what a process said before it died, to say why. */
const MAX_TAIL = 2_000

/** A file of `processes/`; its argument goes there in JSON. */
export function startChild(name: string, argument: unknown = null): Child {
  const file = fileURLToPath(new URL(`./processes/${name}${extname(import.meta.url)}`, import.meta.url))
  const child = fork(file, [JSON.stringify(argument)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const ending = endOf(child, `the bench's ${name}`)
  const messages: unknown[] = []
  let wake = (): void => {}
  child.on('message', (message) => {
    messages.push(message)
    wake()
  })
  const heard = async <T>(): Promise<T> => {
    while (messages.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return messages.shift() as T
  }
  return {
    pid: pidOf(child),
    hear: <T>() => Promise.race([heard<T>(), ending]),
    say: (message) => child.send(message),
    stop: () => stopped(child, 'SIGKILL', 0),
  }
}

/** Rejects with what it last said when it ends; nobody need listen. */
export function endOf(child: ChildProcess, name: string): Promise<never> {
  let tail = ''
  const add = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-MAX_TAIL)
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  const ending = new Promise<never>((_resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${name} did not start: ${error.message}`)))
    child.once('close', (code, signal) => reject(new Error(`${name} ended (${signal ?? code})${tail === '' ? '' : `: ${tail.trim()}`}`)))
  })
  ending.catch(() => {})
  return ending
}

export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('a process did not start')
  return pid
}

/** Resolves when it has ended; killed when it takes longer than this. */
export async function stopped(child: ChildProcess, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(timer)
}
