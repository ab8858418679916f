/** What could not be done, for no fault of the program's: told without a stack trace, exit code 1. */
export class OperationFailed extends Error {
  readonly tag = 'operationFailed'
}
