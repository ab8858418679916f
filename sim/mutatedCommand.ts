/** A command of `ilp-sim`, run from a copy of the sources in which one rule is broken. */
import { spawn } from 'node:child_process'
import type { Terminal } from '../src/terminal/terminal.ts'
import { mutantCopy } from './mutants/copy.ts'

/** `args`: with paths that do not depend on the working folder. Returns the exit code. */
export async function mutatedCommand(name: string, args: readonly string[], { stdout, stderr }: Terminal): Promise<number> {
  const copy = mutantCopy(name)
  try {
    const child = spawn(process.execPath, ['--import', 'tsx', 'sim/cli.ts', ...args, '--mutated', name], {
      cwd: copy.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.write(text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.write(text))
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve(code ?? 1))
    })
  } finally {
    copy.remove()
  }
}
