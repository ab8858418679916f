/** The ways to decide whether an account may send: the books of DESIGN.md, and the two rules that they replace. */

export type AdmissionName = 'hot-cold' | 'seed-rule' | 'single-counter'

export interface Admission {
  readonly name: AdmissionName
  readonly summary: string
}

export const admissions: readonly Admission[] = [
  { name: 'hot-cold', summary: 'cold + hot >= parallelism * amount, spent from what the thread itself holds (R2, R3): the books' },
  { name: 'seed-rule', summary: 'balance > parallelism * amount, read first and decremented then: two threads may both have read' },
  { name: 'single-counter', summary: 'balance >= amount, judged and decremented at once in one counter, which every payment of the account meets' },
]
