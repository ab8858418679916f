/** A connector under test. */
export interface Subject {
  readonly name: SubjectName
  /** It and whatever it started are what is measured. */
  readonly pid: number
  readonly url: string
  readonly token: string
  readonly ids: boolean
}

export const SUBJECTS = ['ilp-connector', 'bare forwarder', 'ilp-node', 'ilp-node, ids'] as const
export type SubjectName = (typeof SUBJECTS)[number]

/** What accounts show, ours and the others'. */
export const TOKEN = 'a-token-of-the-bench-0123456789'
