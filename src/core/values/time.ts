/** Unix time in whole milliseconds, by the clock of the thread that reads it. */
export type UnixMs = number

/** Expiries further ahead than this are refused (B5). */
export const MAX_EXPIRY_AHEAD_MS = 600_000
/** What the next hop's expiry is lowered by, so that its answer can still be booked here (S3). */
export const MIN_EXPIRY_DIFFERENCE_MS = 1_000
/** No attempt waits longer than this for its answer (S3). */
export const MAX_HOLD_MS = 30_000
/** A prepare with less time left than this is not sent (S1). */
export const MIN_MESSAGE_WINDOW_MS = 250
/** For skew between clocks and for the commit: the timer fires this long after outgoingExpiry (S3). */
export const EXPIRY_GRACE_MS = 500
