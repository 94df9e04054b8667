// Text from outside on a terminal: what a terminal would obey or turn round is written as an escape.

/**
 * Control and format characters (terminal escapes, bidirectional overrides) as `\u001b`, but for the end of
 * a line. In JSON these are the same text: there they stand only inside of strings.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) =>
    character === '\n'
      ? character
      : Array.from(
          { length: character.length },
          (_none, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
        ).join(''),
  )
}
