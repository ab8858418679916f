/** The atomic commands: one Lua file each in `commands/`, with decimal.lua before those that look at amounts. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type CommandName = 'claim' | 'commit' | 'warm' | 'cool' | 'leave' | 'own' | 'close'

export interface Script {
  readonly text: string
  readonly sha: string
}

export type Scripts = Readonly<Record<CommandName, Script>>

export function loadScripts(read: (file: string) => string = readCommand): Scripts {
  const plain = (name: CommandName): Script => scriptOf(read(`${name}.lua`))
  const counting = (name: CommandName): Script => scriptOf(`${read('decimal.lua')}\n${read(`${name}.lua`)}`)
  return {
    claim: plain('claim'),
    commit: counting('commit'),
    warm: counting('warm'),
    cool: counting('cool'),
    leave: plain('leave'),
    own: plain('own'),
    close: plain('close'),
  }
}

export function readCommand(file: string): string {
  return readFileSync(new URL(`./commands/${file}`, import.meta.url), 'utf8')
}

function scriptOf(text: string): Script {
  return { text, sha: hash('sha1', text, 'hex') }
}
