/** Everyone in the world, by name. */
import type { Connector } from './connector.ts'
import type { Line } from './network.ts'
import type { User } from './users.ts'

export interface Population {
  readonly users: ReadonlyMap<string, User>
  readonly connectors: ReadonlyMap<string, Connector>
  readonly lines: ReadonlyMap<string, Line>
}
