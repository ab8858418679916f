/** `ilp-node check`: the configuration, without starting anything. */
import { UsageError } from '../files/usageError.ts'
import { BAD_USAGE } from '../terminal/program.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type NodeConfig, readConfig } from './config/config.ts'

export interface CheckOptions {
  readonly config: string
  readonly json?: boolean
}

/** Returns the exit code. */
export function checkCommand({ config: file, json = false }: CheckOptions, { stdout }: Terminal): number {
  try {
    const config = readConfig(file)
    stdout.write(json ? `${JSON.stringify(asJson(config))}\n` : `${file} is fine: ${inWords(config)}\n`)
    return 0
  } catch (error) {
    if (!json || !(error instanceof UsageError)) throw error
    stdout.write(`${JSON.stringify({ problems: error.problems })}\n`)
    return BAD_USAGE
  }
}

function asJson({ file, address, accounts, farms }: NodeConfig) {
  return { file, address, accounts: accounts.length, farms: Object.fromEntries(farms), problems: [] }
}

function inWords({ address, accounts, farms }: NodeConfig): string {
  const ports = [...farms].map(([parallelism, port]) => `${parallelism} at ${port === 0 ? 'any free port' : `port ${port}`}`)
  return `${address}, ${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'}, ${farms.size === 1 ? 'farm' : 'farms'} ${ports.join(', ')}`
}
