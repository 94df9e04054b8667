// Two people for scenarios that sign in with name and password, as a people file has them.

/** Their passwords. */
export const passwords = { alice: 'correct-horse-alice', rosa: 'correct-horse-rosa' } as const

/** YAML of a people file: alice is staff and admin, rosa is staff. */
export async function peopleFile(): Promise<string> {
  const [alice, rosa] = await Promise.all([cheaply(passwords.alice), cheaply(passwords.rosa)])
  return [
    `- { user: alice, groups: [staff, admins], password_hash: "${alice}" }`,
    `- { user: rosa, groups: [staff], password_hash: "${rosa}" }`,
    '',
  ].join('\n')
}

/** The cheapest hash that the gate takes: how dear one is has tests of its own. */
function cheaply(password: string): Promise<string> {
  return Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: 7168, timeCost: 1 })
}
