/** What the programs of this package have in common: how they are started, how their commands are read, how they say what went wrong. */
import { Command, CommanderError } from 'commander'
import { UsageError } from '../files/usageError.ts'
import { version } from './product.ts'
import type { Terminal } from './terminal.ts'

const BUG = 1
export const BAD_USAGE = 2

export interface Program {
  readonly name: string
  readonly description: string
  /** Stands below the commands: examples, exit codes. */
  readonly help: string
  /** Each command calls `ended` with its exit code; 0 where it does not. */
  readonly addCommands: (program: Command, ended: (code: number) => void) => void
}

/** `args` as they stand after the program's name. Returns the exit code. */
export async function runProgram({ name, description, help, addCommands }: Program, args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const program = new Command(name)
    .description(description)
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.stdout.write(text), writeErr: (text) => terminal.stderr.write(text) })
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', help)
  addCommands(program, (ended) => {
    code = ended
  })
  if (args.length === 0) {
    program.outputHelp({ error: true })
    return BAD_USAGE
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return told(error, name, terminal)
  }
}

/** Says what went wrong, and returns the exit code. */
function told(error: unknown, program: string, { stderr }: Terminal): number {
  // commander has printed its own message; help and version come this way too, with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_USAGE
  if (error instanceof UsageError) {
    stderr.write(`${error.message}\n`)
    return BAD_USAGE
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  stderr.write(`${program}: a bug in the program. Please report it with what follows, and the command.\n${stack}\n`)
  return BUG
}

/** For the file that a shell starts. */
export async function startProgram(program: (args: readonly string[], terminal: Terminal) => Promise<number>): Promise<void> {
  process.stdout.on('error', leave)
  process.stderr.on('error', leave)
  process.exitCode = await program(process.argv.slice(2), process)
}

/** Whoever read our output (`head`) has seen enough. */
function leave(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode ?? 0)
}
