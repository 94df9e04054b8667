// How much of an answer is taken: everything a probe reads has an end.

/** Longest head of an answer, in bytes; most servers send less than 8 KiB, and 64 are the gate's own bound. */
export const headBytesMax = 65_536
/** How much of a body is read off the wire, in bytes; what is longer is cut there. */
export const bodyBytesMax = 65_536
/** How much of a body is kept once it is decompressed, in bytes; a bomb is cut there. */
export const textBytesMax = 262_144
/** Interim answers (1xx) before the answer; more are a flood. */
export const interimAnswersMax = 8
/** Longest line between chunks, and all trailers together, in bytes. */
export const chunkLineBytesMax = 4096
/** Longest request head that a probe sends, in bytes. */
export const requestBytesMax = 32_768
/** Longest form that the robot sends, in bytes. */
export const formBytesMax = 65_536
/** Longest time that one probe may be given, whatever it asks for, in ms. */
export const timeoutMsMax = 60_000
/** Longest text about a fault, in characters. */
export const detailMax = 300
