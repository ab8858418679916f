/** The commands that ask a node that runs: their flags and their help. */
import type { Command } from 'commander'
import type { Terminal } from '../terminal/terminal.ts'

export interface Commands {
  readonly program: Command
  readonly terminal: Terminal
  /** Called with the exit code; 0 where it is not. */
  readonly ended: (code: number) => void
}

function addWhere(command: Command): Command {
  return command
    .option('--config <FILE>', "the node's configuration, which names its admin port")
    .option('--admin <URL>', "the node's admin port (default: http://127.0.0.1:8400; its token in ILP_NODE_ADMIN_TOKEN)")
    .option('--json', 'print JSON')
}

function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

export function addOperatorCommands(commands: Commands): void {
  addAccount(commands)
  addMoney(commands)
  addRouting(commands)
  addReload(commands)
  addDoctor(commands)
}

function addAccount({ program, terminal, ended }: Commands): void {
  const account = program.command('account').description('Look at the accounts of a node that runs, make and remove them.').showHelpAfterError()
  addWhere(account.command('list').description('Every account, a line each.'))
    .addHelpText('after', examples('ilp-node account list --config hub.yaml', 'ilp-node account list --admin http://127.0.0.1:8400 --json'))
    .action(async (options) => {
      const { listAccounts } = await import('./accountCommand.ts')
      ended(await listAccounts(options, terminal))
    })
  addWhere(account.command('show').description('One account, with what each thread holds of it.').argument('<NAME>', 'of the account'))
    .addHelpText('after', examples('ilp-node account show alice --config hub.yaml'))
    .action(async (name, options) => {
      const { showAccount } = await import('./accountCommand.ts')
      ended(await showAccount(name, options, terminal))
    })
  addWhere(account.command('remove').description('It must have no balance and nothing under way.').argument('<NAME>', 'of the account'))
    .addHelpText('after', examples('ilp-node account remove alice --config hub.yaml'))
    .action(async (name, options) => {
      const { removeAccount } = await import('./accountCommand.ts')
      ended(await removeAccount(name, options, terminal))
    })
  addAccountAdd(account, { program, terminal, ended })
}

function addAccountAdd(account: Command, { terminal, ended }: Commands): void {
  const add = account.command('add').description('Made at once and kept over restarts; prints its url and its token.').argument('<NAME>', 'of the account')
  addWhere(add)
    .requiredOption('--ledger <NAME>', 'what it is kept in')
    .option('--parallelism <N>', 'the farm that serves it (default: the smallest)')
    .option('--relation <WORD>', 'user (default), peer, child or parent')
    .option('--token <TOKEN>', 'what it shows to be let in (default: a random one)')
    .option('--opening-balance <AMOUNT>', 'in base units (default: 0)')
    .option('--credit-limit <AMOUNT>', 'how far it may go below zero (default: 0)')
    .option('--route <PREFIX...>', 'reached through it without being announced')
    .option('--peer-url <URL>', 'where its prepares are POSTed to')
    .option('--peer-token <TOKEN>', 'what it knows us by')
    .addHelpText(
      'after',
      examples(
        'ilp-node account add carol --ledger usd --opening-balance 5000 --config hub.yaml',
        'ilp-node account add east --ledger usd --relation peer --route test.east --peer-url https://east.example/accounts/hub/ilp --peer-token secret --json',
      ),
    )
    .action(async (name, options) => {
      const { addAccount: run } = await import('./accountCommand.ts')
      ended(await run(name, options, terminal))
    })
}

function addMoney({ program, terminal, ended }: Commands): void {
  const add = (name: 'deposit' | 'withdraw', description: string): void => {
    addWhere(program.command(name).description(description).argument('<NAME>', 'of the account').argument('<AMOUNT>', "in its ledger's base units"))
      .option('--id <ID>', 'makes it once: asked again under the same id within three days, it moves nothing more')
      .addHelpText('after', examples(`ilp-node ${name} alice 500 --config hub.yaml`, `ilp-node ${name} alice 500 --id bank-7781 --json`))
      .action(async (account, amount, options) => {
        const { moveCommand } = await import('./moneyCommand.ts')
        ended(await moveCommand(name, { name: account, amount }, options, terminal))
      })
  }
  add('deposit', "Credit what came in elsewhere; prints the account's new balance.")
  add('withdraw', 'Take off what is paid out elsewhere; refused beyond the balance.')
}

function addRouting({ program, terminal, ended }: Commands): void {
  addWhere(program.command('routes').description('Who could be picked for each route, and how they did.').argument('[PREFIX]', 'only routes that begin so', ''))
    .addHelpText('after', examples('ilp-node routes --config hub.yaml', 'ilp-node routes test.east --json'))
    .action(async (prefix, options) => {
      const { routesCommand } = await import('./routingCommand.ts')
      ended(await routesCommand(prefix, options, terminal))
    })
  addWhere(program.command('quote').description('What would arrive.').argument('<DEST>', 'an ILP address').argument('<AMOUNT>', "in the sender's base units"))
    .option('--from <NAME>', "the account that would send (default: the node's first)")
    .addHelpText('after', examples('ilp-node quote test.east.shop 250 --from alice --config hub.yaml'))
    .action(async (destination, amount, options) => {
      const { quoteCommand } = await import('./routingCommand.ts')
      ended(await quoteCommand({ destination, amount }, options, terminal))
    })
  addWhere(
    program
      .command('ping')
      .description('Send a probe the way of a payment, and say who ended it. Exit code 1: not reached.')
      .argument('<DEST>', 'an ILP address'),
  )
    .option('--from <NAME>', "the account that sends (default: the node's first)")
    .option('--amount <AMOUNT>', 'charged, and given back (default: 0)')
    .addHelpText('after', examples('ilp-node ping test.east.shop --config hub.yaml', 'ilp-node ping test.east --from alice --amount 100 --json'))
    .action(async (destination, options) => {
      const { pingCommand } = await import('./routingCommand.ts')
      ended(await pingCommand(destination, options, terminal))
    })
}

function addReload({ program, terminal, ended }: Commands): void {
  addWhere(program.command('reload').description("Take the accounts of the configuration's file as they are now; says what else needs a restart."))
    .addHelpText('after', examples('ilp-node reload --config hub.yaml'))
    .action(async (options) => {
      const { reloadCommand } = await import('./reloadCommand.ts')
      ended(await reloadCommand(options, terminal))
    })
}

function addDoctor({ program, terminal, ended }: Commands): void {
  program
    .command('doctor')
    .description('Look at configuration, files, certificate, ports, Redis, clock, peers and threads: what is wrong, and what to do. Exit code 1: faults.')
    .requiredOption('--config <FILE>', "the node's configuration")
    .option('--admin <URL>', 'the admin port, where the configuration leaves it open')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('ilp-node doctor --config hub.yaml', 'ilp-node doctor --config hub.yaml --json'))
    .action(async (options) => {
      const { doctorCommand } = await import('./doctorCommand.ts')
      ended(await doctorCommand(options, terminal))
    })
}
