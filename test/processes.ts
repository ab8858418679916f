/** Node processes that tests start and wait for. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../', import.meta.url))

export interface Ended {
  /** The exit code, or the name of what ended it. */
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

const MAX_OUTPUT_BYTES = 1 << 28

export interface Where {
  readonly cwd?: string
  /** Another Node than the one that runs the tests. */
  readonly binary?: string
  readonly timeoutMs?: number
  /** Beside our own. */
  readonly env?: NodeJS.ProcessEnv
}

export function node(args: readonly string[], { cwd = ROOT, binary = process.execPath, timeoutMs = 60_000, env = {} }: Where = {}): Promise<Ended> {
  const options = { cwd, timeout: timeoutMs, killSignal: 'SIGKILL' as const, maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, NO_COLOR: '1', ...env } }
  return new Promise((resolve) => {
    execFile(binary, [...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? 'unknown'), stdout, stderr })
    })
  })
}

/** `ilp-sim`, from its sources. */
export function ilpSim(args: readonly string[], where: Where = {}): Promise<Ended> {
  return node(['--import', 'tsx', 'sim/cli.ts', ...args], where)
}
