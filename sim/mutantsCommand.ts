/** `ilp-sim mutants`: the rules that can be broken, and what notices. */
import { plainTable } from '../src/terminal/table.ts'
import type { Terminal } from '../src/terminal/terminal.ts'
import { mutantNamed, mutantNames } from './mutants/mutants.ts'

/** Returns the exit code. */
export function mutantsCommand({ stdout }: Terminal): number {
  const rows = mutantNames()
    .map((name) => ({ name, ...mutantNamed(name) }))
    .sort((a, b) => byRule(a.rule, b.rule))
    .map(({ name, rule, caughtBy, broken }) => [name, rule, caughtBy.startsWith('test/') ? caughtBy : `invariant ${caughtBy}`, broken])
  stdout.write(`${plainTable({ head: ['mutant', 'rule', 'caught by', 'what is broken'], rows })}\n`)
  return 0
}

const LETTERS = 'RBSA'

/** As DESIGN.md lists them: R1 … R7, B1 … B12, S1 … S4, A1 … A3. */
function byRule(a: string, b: string): number {
  return LETTERS.indexOf(a.charAt(0)) - LETTERS.indexOf(b.charAt(0)) || Number(a.slice(1)) - Number(b.slice(1))
}
