// Two people for scenarios that sign in with name and password, as a people file has them.
import { hashPassword } from '../../src/gate-people.ts'

/** Their passwords. */
export const passwords = { alice: 'correct-horse-alice', rosa: 'correct-horse-rosa' } as const

/** YAML of a people file: alice is staff and admin, rosa is staff. */
export async function peopleFile(): Promise<string> {
  const [alice, rosa] = await Promise.all([
    hashPassword(passwords.alice),
    hashPassword(passwords.rosa),
  ])
  return [
    `- { user: alice, groups: [staff, admins], password_hash: "${alice}" }`,
    `- { user: rosa, groups: [staff], password_hash: "${rosa}" }`,
    '',
  ].join('\n')
}
