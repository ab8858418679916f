/** A broken invariant: thrown where it is seen, so that the last event of the run is the one that broke it. */
export class InvariantBroken extends Error {
  readonly invariant: Invariant
  readonly what: string
  /** What the events that led to it have in common: a condition, an account's name. */
  readonly about: readonly string[]

  constructor(invariant: Invariant, what: string, about: readonly string[]) {
    super(`${invariant}: ${what}`)
    this.invariant = invariant
    this.what = what
    this.about = about
  }
}

/** The rules as DESIGN.md names them; `ends`: every payment ends exactly one way; `quiet`: at the end nothing is left over;
 *  `progress`: what nothing stands in the way of succeeds. */
export type Invariant =
  | ('R3' | 'R5' | 'R6' | 'R7' | 'B1' | 'B2' | 'B3' | 'B4' | 'B8' | 'B9' | 'B10' | 'B11' | 'B12')
  | ('S1' | 'S3' | 'S4' | 'A1' | 'A3')
  | ('ends' | 'quiet' | 'progress')

export type Checked = Record<Invariant, number>

export function nothingChecked(): Checked {
  const books = { R3: 0, R5: 0, R6: 0, R7: 0, B1: 0, B2: 0, B3: 0, B4: 0, B8: 0, B9: 0, B10: 0, B11: 0, B12: 0 }
  return { ...books, S1: 0, S3: 0, S4: 0, A1: 0, A3: 0, ends: 0, quiet: 0, progress: 0 }
}

/** An invariant of one connector is broken. */
export type Broken = (invariant: Invariant, what: string, ...about: readonly string[]) => InvariantBroken
