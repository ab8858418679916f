/**
 * The commands of `ilp-sim`, their flags and their help. What a command does stands in its own file, and is loaded when it
 * is asked for: the report's charts take longer to load than a list takes to print.
 */
import { availableParallelism } from 'node:os'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { policies } from '../src/core/routing/policies.ts'
import { runProgram } from '../src/terminal/program.ts'
import type { Terminal } from '../src/terminal/terminal.ts'
import { listScenarios, loadScenario } from './workload/scenario.ts'

/** A run takes seconds: more than this is a slip of the finger. */
const MAX_SEEDS = 100_000
const MAX_JOBS = 256
const MAX_RUNS = 1_000_000_000
const MAX_SECONDS = 1_000_000
const DEFAULT_SEEDS = 3
const DEFAULT_POLICY = 'trusted-room'

const SCENARIO = 'a path, or the name of one in scenarios/ (see ilp-sim scenarios)'
const TOPOLOGY = 'take the connectors and lines from GRAPH.csv: from,to,capacity[,latencyMs]'
const PAYMENTS = 'take the payments from PAYMENTS.csv: atMs,from,to,amount'

/** `args` as they stand after the program's name. Returns the exit code. */
export function ilpSim(args: readonly string[], terminal: Terminal): Promise<number> {
  return runProgram(
    {
      name: 'ilp-sim',
      description: 'Simulates Interledger connectors, and compares how they choose among accounts that announce the same route.',
      help: `
Examples:
  ilp-sim scenarios
  ilp-sim run which-account --policy lowest-balance
  ilp-sim compare which-account --seeds 10

Exit codes: 0 fine, 1 a bug in the program, 2 bad usage or bad input, 3 an invariant is broken, 4 no progress.`,
      addCommands: (program, ended) => {
        addRun(program, terminal, ended)
        addCompare(program, terminal, ended)
        addAdmissions(program, terminal, ended)
        addFuzz(program, terminal, ended)
        addExplore(program, terminal, ended)
        addReplay(program, terminal, ended)
        addCheck(program, terminal, ended)
        addMutants(program, terminal, ended)
        addLists(program, terminal)
      },
    },
    args,
    terminal,
  )
}

function addRun(ilpSim: Command, terminal: Terminal, ended: (code: number) => void): void {
  ilpSim
    .command('run')
    .description('Run one world with one seed, and say what came of it.')
    .argument('<SCENARIO>', SCENARIO)
    .option('--seed <N>', 'seed of everything random', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--policy <NAME>', 'how the compared connectors choose (see ilp-sim policies)', DEFAULT_POLICY)
    .option('--regime <NAME>', "of a scenario with several: 'balanced', or 'balanced, failover 1' (default: the first)")
    .option('--trace <FILE>', 'write every input, effect, message and store command to FILE, a line of JSON each')
    .option('--json', 'print the figures as JSON')
    .option('--topology <GRAPH.csv>', TOPOLOGY)
    .option('--payments <PAYMENTS.csv>', PAYMENTS)
    .addHelpText(
      'after',
      `
Examples:
  ilp-sim run which-account
  ilp-sim run which-account --regime holder --policy most-room --seed 7
  ilp-sim run which-account --json --trace out/trace.ndjson`,
    )
    .action(async (scenario, options) => {
      const { runCommand } = await import('./runCommand.ts')
      ended(runCommand(scenario, options, terminal))
    })
}

function addCompare(ilpSim: Command, terminal: Terminal, ended: (code: number) => void): void {
  ilpSim
    .command('compare')
    .description('Run policies side by side on the same seeds: the table, the answer in words, report.html and results.json.')
    .argument('<SCENARIO>', SCENARIO)
    .option('--policy <A,B,…>', "which to compare (default: the scenario's; see ilp-sim policies)")
    .option('--seeds <N>', 'how many seeds', wholeNumber(1, MAX_SEEDS), DEFAULT_SEEDS)
    .option('--seed <FIRST>', 'the first of them', wholeNumber(0, Number.MAX_SAFE_INTEGER - MAX_SEEDS), 1)
    .option('--jobs <N>', 'runs at once; the results are the same whatever it is (default: one a core)', wholeNumber(1, MAX_JOBS), availableParallelism())
    .option('--out <DIR>', 'write to DIR/SCENARIO', 'out')
    .option('--json', 'print results.json')
    .option('--topology <GRAPH.csv>', TOPOLOGY)
    .option('--payments <PAYMENTS.csv>', PAYMENTS)
    .addHelpText(
      'after',
      `
Examples:
  ilp-sim compare which-account --seeds 30
  ilp-sim compare which-account --policy highest-balance,lowest-balance --jobs 1
  ilp-sim compare plain --topology graph.csv --payments payments.csv --out /tmp/mine`,
    )
    .action(async (scenario, options) => {
      const { compareCommand } = await import('./compareCommand.ts')
      ended(await compareCommand(scenario, options, terminal))
    })
}

function addAdmissions(ilpSim: Command, terminal: Terminal, ended: (code: number) => void): void {
  ilpSim
    .command('admissions')
    .description('Judge the same payments by the books, and by the two rules without them: what each lets through, refuses and costs.')
    .argument('[SCENARIO]', SCENARIO, 'admissions')
    .option('--seed <N>', 'seed of everything random', wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', '\nExamples:\n  ilp-sim admissions\n  ilp-sim admissions --seed 7 --json')
    .action(async (scenario, options) => {
      const { admissionsCommand } = await import('./admissionsCommand.ts')
      ended(admissionsCommand(scenario, options, terminal))
    })
}

function addFuzz(ilpSim: Command, terminal: Terminal, ended: (code: number) => void): void {
  ilpSim
    .command('fuzz')
    .description('Draw worlds in which things go wrong, a seed each, and judge them: the first that breaks is shrunk, saved and told.')
    .addOption(new Option('--runs <N>', 'so many seeds').argParser(wholeNumber(1, MAX_RUNS)).conflicts('seconds'))
    .addOption(new Option('--seconds <S>', 'as many as begin within this time (default: 10)').argParser(wholeNumber(1, MAX_SECONDS)))
    .option('--seed <N>', 'the first of them', wholeNumber(0, Number.MAX_SAFE_INTEGER - MAX_RUNS), 1)
    .option('--jobs <N>', 'worlds at once; what is found is the same whatever it is (default: one a core)', wholeNumber(1, MAX_JOBS), availableParallelism())
    .option('--mutant <NAME>', 'break a rule first, by the patch of this name in test/mutants (in a checkout only)')
    .option('--out <DIR>', 'write what is found to DIR/fuzz', 'out')
    .option('--json', 'print the figures as JSON')
    .addOption(new Option('--mutated <NAME>').hideHelp())
    .addHelpText(
      'after',
      `
Examples:
  ilp-sim fuzz --seconds 60
  ilp-sim fuzz --runs 1000 --seed 5000 --jobs 1 --json`,
    )
    .action(async (options) => {
      const { fuzzCommand, fuzzMutant } = await import('./fuzzCommand.ts')
      ended(await (options.mutant === undefined ? fuzzCommand(options, terminal) : fuzzMutant(options.mutant, options, terminal)))
    })
}

function addExplore(ilpSim: Command, terminal: Terminal, ended: (code: number) => void): void {
  ilpSim
    .command('explore')
    .description('Try every interleaving of a small world: whatever happens in whatever order, the rules hold, or the shortest history that breaks one.')
    .argument('[SCENARIO]', 'a path, or the name of one in scenarios/explore/ (default: all of them)')
    .option('--mutant <NAME>', 'break a rule first, by the patch of this name in test/mutants (in a checkout only)')
    .option('--out <DIR>', 'write histories that break a rule to DIR/explore', 'out')
    .option('--json', 'print the counts as JSON')
    .addOption(new Option('--mutated <NAME>').hideHelp())
    .addHelpText(
      'after',
      `
Examples:
  ilp-sim explore
  ilp-sim explore second-attempt --json
  ilp-sim explore lost-commit --mutant B2-gap-taken-for-already`,
    )
    .action(async (scenario, options) => {
      const { exploreCommand, exploreMutant } = await import('./exploreCommand.ts')
      ended(await (options.mutant === undefined ? exploreCommand(scenario, options, terminal) : exploreMutant(options.mutant, scenario, options, terminal)))
    })
}

function addReplay(ilpSim: Command, terminal: Terminal, ended: (code: number) => void): void {
  ilpSim
    .command('replay')
    .description('Run a history that fuzz or explore has found once more, byte for byte, and tell it.')
    .argument('<FILE>', 'what fuzz or explore has written')
    .option('--trace <FILE>', 'write every input, effect, message and store command to FILE, a line of JSON each')
    .option('--json', 'print what is found as JSON')
    .addOption(new Option('--mutated <NAME>').hideHelp())
    .addHelpText('after', '\nExample:\n  ilp-sim replay out/fuzz/17.json --trace out/trace.ndjson')
    .action(async (file, options) => {
      const { replayCommand } = await import('./replayCommand.ts')
      ended(await replayCommand(file, options, terminal))
    })
}

function addCheck(ilpSim: Command, terminal: Terminal, ended: (code: number) => void): void {
  ilpSim
    .command('check')
    .description('Judge a recorded history by the same invariants as a run.')
    .argument('<TRACE>', 'what run --trace or replay --trace has written')
    .option('--json', 'print what was checked as JSON')
    .addHelpText('after', '\nExample:\n  ilp-sim check out/trace.ndjson')
    .action(async (trace, options) => {
      const { checkCommand } = await import('./checkCommand.ts')
      ended(checkCommand(trace, options, terminal))
    })
}

function addMutants(ilpSim: Command, terminal: Terminal, ended: (code: number) => void): void {
  ilpSim
    .command('mutants')
    .description('List the patches that break a rule, a line each: the rule, what catches it, and what is broken (in a checkout only).')
    .addHelpText('after', '\nExamples:\n  ilp-sim mutants\n  ilp-sim fuzz --mutant B1-send-before-durable')
    .action(async () => {
      const { mutantsCommand } = await import('./mutantsCommand.ts')
      ended(mutantsCommand(terminal))
    })
}

function addLists(ilpSim: Command, { stdout }: Terminal): void {
  ilpSim
    .command('policies')
    .description('List the policies, a line each.')
    .addHelpText('after', '\nExample:\n  ilp-sim policies')
    .action(() =>
      list(
        stdout,
        policies.map(({ name, summary }) => [name, summary]),
      ),
    )
  ilpSim
    .command('scenarios')
    .description('List the scenarios that come with the program, a line each.')
    .addHelpText('after', '\nExample:\n  ilp-sim scenarios')
    .action(() =>
      list(
        stdout,
        listScenarios().map(({ name, file }) => [name, loadScenario(file).question]),
      ),
    )
}

function list(stdout: Terminal['stdout'], rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  for (const [name, text] of rows) stdout.write(`${name.padEnd(width)}${text}\n`)
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d{1,16}$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    return value
  }
}
