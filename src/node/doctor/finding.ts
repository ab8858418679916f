/** What the doctor found: each fault comes with what to do. */
import type { UsageError } from '../../files/usageError.ts'

export interface Finding {
  /** What was looked at. */
  readonly check: string
  /** A `note` is no fault: what was found in order, or could not be looked at. */
  readonly level: 'fault' | 'note'
  readonly what: string
  readonly todo?: string
}

export function fault(check: string, what: string, todo: string): Finding {
  return { check, level: 'fault', what, todo }
}

export function note(check: string, what: string): Finding {
  return { check, level: 'note', what }
}

export function faultsIn(check: string, { problems }: UsageError): Finding[] {
  return problems.map(({ file, line, key, what, todo }) => {
    const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `
    return fault(check, `${place}${key === undefined || key === '' ? '' : `${key}: `}${what}`, todo ?? 'put it right')
  })
}
