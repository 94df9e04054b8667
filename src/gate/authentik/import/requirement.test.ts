// Bindings as requirements: what is said, what is left to authentik, and groups within groups.
import { describe, expect, test } from 'bun:test'
import type { SourceBinding } from './read.ts'
import { Groups, readAccess } from './requirement.ts'

const groups = new Groups([
  { pk: 'g1', name: 'staff', parents: [] },
  { pk: 'g2', name: 'admins', parents: ['g1'] },
  { pk: 'g3', name: 'owners', parents: ['g2', 'g4'] },
  // A circle, which authentik does not let anybody make.
  { pk: 'g4', name: 'loop', parents: ['g3'] },
  { pk: 'g5', name: ' padded ', parents: [] },
])

function binding(over: Partial<SourceBinding>): SourceBinding {
  const subject = { kind: 'group', pk: 'g2' } as const
  return { target: 't', subject, negate: false, enabled: true, order: 0, ...over }
}

const user = { kind: 'user', name: 'ada' } as const
const policy = { kind: 'policy', name: 'office hours' } as const

describe('readAccess', () => {
  test('lets everyone in where no binding counts', () => {
    expect(readAccess([], 'all', groups).access).toEqual({ kind: 'everyone' })
    const disabled = readAccess([binding({ enabled: false, subject: policy })], 'any', groups)
    expect(disabled.access).toEqual({ kind: 'everyone' })
    expect(disabled.notes).toEqual([
      'The binding of policy "office hours" is disabled and left out',
    ])
  })

  test('names a group with the groups within it, as a token names only direct ones', () => {
    const { access } = readAccess(
      [binding({}), binding({ subject: user }), binding({ subject: user })],
      'any',
      groups,
    )
    expect(access).toEqual({ kind: 'some', groups: ['admins', 'loop', 'owners'], users: ['ada'] })
  })

  test('takes mode "all" with one binding for what it is', () => {
    const { access } = readAccess([binding({ subject: user })], 'all', groups)
    expect(access).toEqual({ kind: 'some', groups: [], users: ['ada'] })
  })

  test.each([
    [
      'a negated binding',
      [binding({ negate: true })],
      'any',
      'The binding of group "admins" is negated',
    ],
    ['a policy', [binding({ subject: policy })], 'any', 'Access depends on policy "office hours"'],
    ['nobody', [binding({ subject: { kind: 'nothing' } })], 'any', 'A binding names nobody'],
    [
      ...['two bindings of mode "all"', [binding({}), binding({ subject: user })], 'all'],
      'Policy engine mode "all" asks "2" bindings',
    ],
    ['a mode of tomorrow', [binding({})], 'most', 'Policy engine mode "most" asks "1" bindings'],
    [
      ...[
        'a group that nobody knows',
        [binding({ subject: { kind: 'group', pk: 'gone' } })],
        'any',
      ],
      'The binding of group "gone" leads to no group',
    ],
    [
      ...['a user called "*"', [binding({ subject: { kind: 'user', name: '*' } })], 'any'],
      'The name "*" cannot be written in a rule',
    ],
    [
      ...['a name that tokens change', [binding({ subject: { kind: 'group', pk: 'g5' } })], 'any'],
      'The name " padded " cannot be written in a rule',
    ],
  ] as [string, SourceBinding[], string, string][])(
    'leaves %s to authentik and says why',
    (_what, bindings, mode, because) => {
      expect(readAccess(bindings, mode, groups).access).toEqual({
        kind: 'authentik',
        because: [because],
      })
    },
  )
})
