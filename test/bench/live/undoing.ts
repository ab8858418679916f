/** What has to be undone, from the last to the first, however the bench ends. */
export interface Undoing {
  /** Throws, with the step undone, when the bench is ending already. */
  readonly add: (step: () => Promise<void>) => void
  readonly all: () => Promise<void>
}

export function makeUndoing(): Undoing {
  const steps: (() => Promise<void>)[] = []
  let ending = false
  return {
    add: (step) => {
      steps.push(step)
      if (!ending) return
      void step()
      throw new Error('the bench is ending')
    },
    all: async () => {
      ending = true
      for (const step of steps.toReversed()) await step()
    },
  }
}
