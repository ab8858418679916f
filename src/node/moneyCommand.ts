/** `ilp-node deposit` and `withdraw`. */
import { z } from 'zod'
import type { Terminal } from '../terminal/terminal.ts'
import { accountPath, noAccount } from './accountCommand.ts'
import { type AdminOptions, adminPort, ask, failed, tell } from './adminClient.ts'

export interface MoneyOptions extends AdminOptions {
  readonly id?: string
}

const MOVED = z.looseObject({ account: z.string(), amount: z.string(), balance: z.string() })

/** Returns the exit code. */
export async function moveCommand(
  direction: 'deposit' | 'withdraw',
  { name, amount }: { readonly name: string; readonly amount: string },
  options: MoneyOptions,
  terminal: Terminal,
): Promise<number> {
  const admin = adminPort(options)
  const body = { amount, ...(options.id === undefined ? {} : { id: options.id }) }
  const answer = await ask(admin, `${accountPath(name)}/${direction}`, MOVED, { method: 'POST', body })
  if (!('value' in answer) && answer.status === 404) return failed(await noAccount(admin, name), terminal)
  return tell(answer, options, terminal, ({ balance }) => `${direction === 'deposit' ? 'deposited' : 'withdrawn'} ${amount}; ${name} has ${balance}\n`)
}
