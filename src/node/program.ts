/** The commands of `ilp-node`, their flags and their help. What a command does stands in its own file, loaded when it is asked for. */
import type { Command } from 'commander'
import { runProgram } from '../terminal/program.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { addOperatorCommands } from './operatorCommands.ts'

type Ended = (code: number) => void

const CONFIG = "the node's configuration"

/** `args` as they stand after the program's name. Returns the exit code. */
export function ilpNode(args: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram(
    {
      name: 'ilp-node',
      description: 'An Interledger connector: owes no more than it knows, whatever crashes.',
      help: `
Examples:
  ilp-node check --config hub.yaml
  ilp-node up --config hub.yaml
  ilp-node account list --config hub.yaml

Exit codes: 0 fine, 1 a bug in the program or a failed operation, 2 bad usage or configuration.`,
      addCommands: (program, ended) => {
        addUp(program, terminal, ended)
        addCheck(program, terminal, ended)
        addOperatorCommands({ program, terminal, ended })
      },
    },
    args,
    terminal,
  )
}

function addUp(program: Command, terminal: Terminal, ended: Ended): void {
  program
    .command('up')
    .description('Run the node until SIGTERM or SIGINT, which drain it: what is under way is answered first.')
    .requiredOption('--config <FILE>', CONFIG)
    .option('--json', 'print one line of JSON when all threads serve')
    .addHelpText('after', '\nExamples:\n  ilp-node up --config hub.yaml\n  ilp-node up --config hub.yaml --json')
    .action(async (options) => {
      const { upCommand } = await import('./upCommand.ts')
      ended(await upCommand(options, terminal))
    })
}

function addCheck(program: Command, terminal: Terminal, ended: Ended): void {
  program
    .command('check')
    .description('Read the configuration and the files that it names, and say what is wrong with them.')
    .requiredOption('--config <FILE>', CONFIG)
    .option('--json', 'print the outcome as JSON')
    .addHelpText('after', '\nExample:\n  ilp-node check --config hub.yaml')
    .action(async (options) => {
      const { checkCommand } = await import('./checkCommand.ts')
      ended(checkCommand(options, terminal))
    })
}
