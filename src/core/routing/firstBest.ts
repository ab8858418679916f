/** The order that policies share: ties go to the first in account order, so that every thread breaks them alike. */

/** `candidates` is never empty; `beats` is strict. */
export function firstBest<T>(candidates: readonly T[], beats: (challenger: T, best: T) => boolean): T {
  return candidates.reduce((best, challenger) => (beats(challenger, best) ? challenger : best))
}
