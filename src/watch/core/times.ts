// Times from outside: what no calendar has is no time.

/** The last time that a Date can hold, epoch ms (ECMA-262, section 21.4.1.1). */
const timeMsMax = 8.64e15

/** True for epoch ms that can be written as a date. */
export function isTime(at: number): boolean {
  return Math.abs(at) <= timeMsMax
}
