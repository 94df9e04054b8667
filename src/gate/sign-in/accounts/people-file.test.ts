// The people file: what it may hold, and that all its mistakes come at once, with their lines.
import { describe, expect, test } from 'bun:test'
import { alice } from './fake-desk.ts'
import { isEmailOrEmpty, readPeople } from './people-file.ts'
import { mistakeText } from './people-directory.ts'

const hash = alice.passwordHash

function mistakes(text: string): readonly string[] {
  const people = readPeople(text)
  return people.ok ? [] : people.error.map(mistakeText)
}

describe('readPeople', () => {
  test('reads people with everything and people with the least', () => {
    const people = readPeople(`
- user: Alice
  name: Alice Example
  email: alice@example.com
  groups: [staff, admins, staff]
  password_hash: ${hash}
  totp_secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
- user: bob
  password_hash: ${hash}
`)
    expect(people.ok).toBe(true)
    if (!people.ok) return
    expect([...people.value.values()]).toMatchObject([
      {
        user: 'Alice',
        canonical: 'alice',
        name: 'Alice Example',
        email: 'alice@example.com',
        groups: ['staff', 'admins'],
        totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      },
      { user: 'bob', name: '', email: '', groups: [], totpSecret: null },
    ])
  })

  test('reads an empty file as nobody', () => {
    const people = readPeople('# nobody yet\n')
    expect(people.ok && people.value.size).toBe(0)
  })

  test('reports every mistake of a file at once, each with line and path', () => {
    const text = `- user: alice
  password_hash: hunter2
- user: ""
  password_hash: ${hash}
- user: carol
  email: carol@evil@example.com
  grops: [staff]
  password_hash: ${hash}
- user: dave
- user: erin
  groups: staff
  totp_secret: "12345"
  password_hash: ${hash.replace('m=7168', 'm=4194304')}
- user: FRANK
  password_hash: ${hash}
- user: frank
  password_hash: ${hash}
- just a text
`
    expect(mistakes(text)).toEqual([
      'line 2: people[0].password_hash: Password hash is not argon2id in PHC form, wanted what "gatehouse hash-password" prints',
      'line 3: people[1].user: Name is empty, longer than "128" characters or has space around it',
      'line 6: people[2].email: E-mail address is not of the form "name@domain"',
      'line 7: people[2].grops: Unknown key "grops", did you mean "groups"?',
      'line 9: people[3].password_hash: Value is missing or not "string"',
      'line 11: people[4].groups: Value is missing or not "array"',
      'line 13: people[4].password_hash: Password hash uses m="4194304", wanted "7168" to "262144" KiB',
      'line 12: people[4].totp_secret: One-time code secret is not base32 of "16" to "64" bytes',
      'line 16: people[6].user: Name "frank" is there twice, compared without regard to case',
      'line 18: people[7]: Value is missing or not "object"',
    ])
  })

  test('never repeats a secret of the file in a message', () => {
    const text =
      '- { user: a, password_hash: hunter2, totp_secret: s3cr3t }\n- { user: [hunter3] }\n'
    const said = mistakes(text).join('\n')
    expect(said).not.toBe('')
    for (const secret of ['hunter2', 's3cr3t', 'hunter3']) expect(said).not.toContain(secret)
  })

  const unreadable: readonly (readonly [name: string, text: string, part: string])[] = [
    ['a mapping', 'people: []', 'not a list'],
    ['a text', 'hello', 'not a list'],
    ['broken YAML', '- user: "alice', 'line 1: YAML cannot be read'],
    ['a file of nine megabytes', `#${'x'.repeat(9_000_000)}`, 'longer than'],
    [
      'a control character in a name',
      `- { user: "a\\u0000", password_hash: "${hash}" }`,
      'control',
    ],
  ]
  for (const [name, text, part] of unreadable)
    test(`refuses ${name}`, () => {
      expect(mistakes(text).join('\n')).toContain(part)
    })

  test('does not grow under a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `l${i}: &l${i} [${Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*l${i - 1}`)).join(', ')}]`,
    )
    expect(mistakes(levels.join('\n'))).not.toEqual([])
  })
})

describe('isEmailOrEmpty', () => {
  for (const text of ['', 'a@b', 'alice+tag@example.com', 'ü@bücher.example'])
    test(`takes "${text}"`, () => expect(isEmailOrEmpty(text)).toBe(true))
  for (const text of ['a', '@b', 'a@', 'a@b@c', 'a b@c', 'a@b, c@d', '<a@b>'])
    test(`refuses "${text}"`, () => expect(isEmailOrEmpty(text)).toBe(false))
})
