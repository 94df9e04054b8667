// Nominal types: a validated string is not just any string.

declare const brand: unique symbol

/** `Base` that has passed the check named `Name`. Made only by the one parser of that name. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }
