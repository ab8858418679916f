/** Where the program speaks to: results to stdout, everything else to stderr. `process` is one. */
export interface Output {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean
}

export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
}
