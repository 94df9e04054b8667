// Identity headers: always all of them, never more than the policy names, nothing that could be smuggled.
import { describe, expect, test } from 'bun:test'
import { renderIdentity } from './identity-headers.ts'

const names = {
  user: 'Remote-User',
  groups: 'Remote-Groups',
  email: 'Remote-Email',
  name: 'Remote-Name',
}
const rules = {
  names,
  namedGroups: new Set(['staff', 'admins', 'a,admins', 'x\r\ny', ' admins', 'adm\u2028ins']),
  groupsBytesMax: 20,
}
const alice = {
  user: 'alice',
  name: 'Älice ✓',
  email: 'a@example.com',
  groups: ['staff', 'family'],
  provider: 'p',
}

describe('renderIdentity', () => {
  test('writes every header, empty for nobody', () => {
    expect(renderIdentity(null, rules)).toEqual({
      lines: 'Remote-User: \r\nRemote-Groups: \r\nRemote-Email: \r\nRemote-Name: \r\n',
      groupsDropped: false,
    })
  })

  test('passes on only the groups that a policy names', () => {
    expect(renderIdentity(alice, rules).lines).toBe(
      'Remote-User: alice\r\nRemote-Groups: staff\r\nRemote-Email: a@example.com\r\nRemote-Name: Älice ✓\r\n',
    )
  })

  test('leaves out a group whose name would read as another one', () => {
    const groups = [' admins', 'a,admins', 'x\r\ny', 'adm\u2028ins', 'staff']
    expect(renderIdentity({ ...alice, groups }, rules).lines).toContain('Remote-Groups: staff\r\n')
  })

  test('passes on no group rather than a cut list', () => {
    const namedGroups = new Set(['aaaaaaaaaaaa', 'bbbbbbbbbbbb'])
    const rendered = renderIdentity(
      { ...alice, groups: [...namedGroups] },
      { ...rules, namedGroups },
    )
    expect(rendered.groupsDropped).toBe(true)
    expect(rendered.lines).toContain('Remote-Groups: \r\n')
  })

  test('never cuts a group name, which could then be that of another group', () => {
    const long = Array.from({ length: 80 }, (_, i) => `team-${String(i).padStart(2, '0')}-ab`)
    const groups = [...long.slice(0, 50), 'admins-of-the-canteen', ...long.slice(50)]
    const namedGroups = new Set([...groups, 'admins'])
    for (let length = 1; length <= groups.length; length++) {
      const some = groups.slice(0, length)
      const { lines } = renderIdentity(
        { ...alice, groups: some },
        { names, namedGroups, groupsBytesMax: 4096 },
      )
      expect(lines).toContain(`Remote-Groups: ${some.join(',')}\r\n`)
    }
  })

  test.each(['a\r\nRemote-Groups: admins', 'a\u0000b', 'a\u0085b', 'a\u2028b'])(
    'strips control characters from %j',
    (user) => {
      const { lines } = renderIdentity({ ...alice, user }, rules)
      expect(lines.split('\r\n').filter((line) => line.startsWith('Remote-'))).toHaveLength(4)
      expect(lines.replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\u2028]/u)
    },
  )

  test('cuts a value that is too long', () => {
    const { lines } = renderIdentity({ ...alice, name: 'x'.repeat(5000) }, rules)
    expect(lines.length).toBeLessThan(800)
  })
})
