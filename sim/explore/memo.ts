/**
 * The real thing, run only when it has not been in this state under this input before. Its states are numbers; one that is
 * needed again is made anew by the inputs that first led to it, so that nothing has to be copied.
 */
import { hash } from 'node:crypto'

/** Deterministic. Two with the same text do the same from then on. */
export interface Machine<Input, Output, View> {
  readonly step: (input: Input) => Output
  readonly text: () => string
  /** What is to be known of this state without making it anew. */
  readonly view: () => View
}

export interface Stepped<Output> {
  readonly next: number
  readonly output: Output
}

interface Known<Input, Output, View> {
  readonly parent: number
  readonly input: Input | undefined
  readonly view: View
  readonly steps: Map<number, Stepped<Output>>
  /** A machine in this state that nobody else uses. */
  live: Machine<Input, Output, View> | undefined
}

/** Machines that are kept as they stand, for the step that comes next: the youngest. */
const MAX_LIVE = 8_192

export class Memo<Input, Output, View> {
  readonly #make: () => Machine<Input, Output, View>
  readonly #ids = new Map<string, number>()
  readonly #states: Known<Input, Output, View>[] = []

  constructor(make: () => Machine<Input, Output, View>) {
    this.#make = make
    this.#know(make(), -1, undefined)
  }

  view(state: number): View {
    return this.#at(state).view
  }

  /** 0 is the state before any input. `key` is the input's number: equal inputs have the same. */
  step(state: number, key: number, input: () => Input): Stepped<Output> {
    const known = this.#at(state)
    const before = known.steps.get(key)
    if (before !== undefined) return before
    const machine = known.live ?? this.machine(state)
    known.live = undefined
    const given = input()
    const output = machine.step(given)
    const stepped = { next: this.#know(machine, state, given), output }
    known.steps.set(key, stepped)
    return stepped
  }

  /** Made anew, for looking at it. */
  machine(state: number): Machine<Input, Output, View> {
    const inputs: Input[] = []
    for (let at = this.#at(state); at.input !== undefined; at = this.#at(at.parent)) inputs.push(at.input)
    const machine = this.#make()
    for (let i = inputs.length - 1; i >= 0; i--) machine.step(inputs[i] as Input)
    return machine
  }

  #know(machine: Machine<Input, Output, View>, parent: number, input: Input | undefined): number {
    const text = hash('sha256', machine.text(), 'base64')
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#states.push({ parent, input, view: machine.view(), steps: new Map(), live: machine }) - 1
    this.#ids.set(text, id)
    if (id >= MAX_LIVE) this.#at(id - MAX_LIVE).live = undefined
    return id
  }

  #at(state: number): Known<Input, Output, View> {
    return this.#states[state] as Known<Input, Output, View>
  }
}
