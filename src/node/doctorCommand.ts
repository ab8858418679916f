/** `ilp-node doctor`: what is wrong with a node, running or not, and what to do about each of it. */
import { UsageError } from '../files/usageError.ts'
import { BAD_USAGE } from '../terminal/program.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readKeptAccounts, withKeptAccounts } from './accounts/keptAccounts.ts'
import { type AdminPort, adminPort } from './adminClient.ts'
import { type NodeConfig, readConfig } from './config/config.ts'
import { examine } from './doctor/doctor.ts'
import { type Finding, faultsIn } from './doctor/finding.ts'

export interface DoctorOptions {
  readonly config: string
  /** Where the file leaves its port open. */
  readonly admin?: string
  readonly json?: boolean
}

const FAULTS = 1

/** Returns the exit code: 0 no fault, 1 faults, 2 the configuration is wrong. */
export async function doctorCommand({ config: file, admin, json = false }: DoctorOptions, terminal: Terminal): Promise<number> {
  let findings: readonly Finding[]
  let isReadable = true
  try {
    const config = readConfig(file)
    const kept = withAdded(config)
    findings = [...kept.findings, ...(await examine(kept.config, portOf(config, file, admin)))]
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    isReadable = false
    findings = faultsIn('configuration', error)
  }
  const faults = findings.filter(({ level }) => level === 'fault').length
  terminal.stdout.write(json ? `${JSON.stringify({ faults, findings }, null, 2)}\n` : textOf(findings, faults, isReadable))
  if (!isReadable) return BAD_USAGE
  return faults === 0 ? 0 : FAULTS
}

/** The accounts of a node that were added while it ran, where they can be read. */
function withAdded(config: NodeConfig): { readonly config: NodeConfig; readonly findings: readonly Finding[] } {
  try {
    return { config: withKeptAccounts(config, readKeptAccounts(config.dataDir)), findings: [] }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { config, findings: faultsIn('accounts', error) }
  }
}

function portOf(config: NodeConfig, file: string, admin: string | undefined): AdminPort | undefined {
  if (admin !== undefined) return { ...adminPort({ admin }), ...(config.adminToken === undefined ? {} : { token: config.adminToken }) }
  return config.adminPort === 0 ? undefined : adminPort({ config: file })
}

function textOf(findings: readonly Finding[], faults: number, isReadable: boolean): string {
  const lines = findings.map(
    ({ check, level, what, todo }) => `${level === 'fault' ? 'FAULT' : 'ok   '} ${check}: ${what}\n${todo === undefined ? '' : `      → ${todo}\n`}`,
  )
  const rest = isReadable ? '' : 'Everything else can be looked at once the configuration is right.\n'
  const sum = faults === 0 ? 'No fault found.' : `${faults} ${faults === 1 ? 'fault' : 'faults'} found.`
  return `${lines.join('')}${rest}${sum}\n`
}
