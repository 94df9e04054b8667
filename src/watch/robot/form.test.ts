// Forms of sign-in pages: found in whatever HTML, told apart, filled in.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { fill, kindOf, readForms } from './form.ts'

const person = { user: 'robot', password: 'of & the=robot' }

async function only(html: string) {
  const [form] = await readForms(html)
  if (form === undefined) throw new Error('There is no form')
  return form
}

describe('readForms()', () => {
  test('reads the form of the built-in accounts, and leaves the hidden one out', async () => {
    const forms = await readForms(`<form method="post" action="/_gatehouse/sign-in/accounts">
      <input type="hidden" name="form" value="tok&amp;en"/>
      <input type="hidden" name="rd" value="http://app.example.com/?a=1&#38;b=2"/>
      <label>Name <input id="name" name="name" type="text" value=""></label>
      <input name="password" type="password">
      <button type="submit">Sign in</button></form>
      <form method="post" action="/passkey" hidden><input name="credential"></form>`)
    expect(forms).toHaveLength(1)
    const [form] = forms
    expect(form).toMatchObject({ action: '/_gatehouse/sign-in/accounts', method: 'post' })
    expect(form?.fields.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'form=tok&en',
      'rd=http://app.example.com/?a=1&b=2',
      'name=',
      'password=',
      '=',
    ])
  })

  test('gives fields outside of a form to the one that they name', async () => {
    const form = await only(
      `<form id="op.logoutForm" method="post" action="/end"><input type="hidden" name="xsrf" value="1"></form>
       <button form="op.logoutForm" name="logout" value="yes">Sign out</button>
       <button form="elsewhere" name="x" value="y">No</button><input name="lost">`,
    )
    expect(form.fields.map(({ name }) => name)).toEqual(['xsrf', 'logout'])
  })

  test('has bounds, whatever the page', async () => {
    const forms = await readForms('<form><input name=a></form>'.repeat(500))
    expect(forms).toHaveLength(20)
    const form = await only(`<form>${'<input name=a>'.repeat(5000)}</form>`)
    expect(form.fields).toHaveLength(100)
  })

  test('takes any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom(
            '<form',
            ' action="',
            '">',
            '<input name=',
            "'",
            '&#x',
            ';',
            '<!--',
            '\0',
            'ü',
          ),
          { maxLength: 40 },
        ),
        async (parts) => {
          const forms = await readForms(parts.join(''))
          expect(forms.length).toBeLessThanOrEqual(20)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('kindOf()', () => {
  const cases: readonly [html: string, kind: string][] = [
    ['<input name=u><input type=password name=p>', 'credentials'],
    ['<input type=email name=u>', 'credentials'],
    ['<input type=password name=p>', 'credentials'],
    ['<input type=hidden name=x value=1><button>Go</button>', 'confirmation'],
    ['<input type=checkbox name=remember><input type=submit>', 'confirmation'],
    ['<input name=first><input name=last><input type=password name=p>', 'other'],
    ['<input name=u><input type=password name=p><input type=password name=again>', 'other'],
    ['<input name=u><input type=number name=code>', 'other'],
  ]
  test.each(cases)('says of %p that it is %p', async (html, kind) => {
    expect(kindOf(await only(`<form>${html}</form>`))).toBe(kind as never)
  })
})

describe('fill()', () => {
  test('types name and password, keeps what is hidden, clicks the first button', async () => {
    const form = await only(`<form><input type=hidden name=csrf value="a b">
      <input name=user><input type=password name=secret>
      <input type=checkbox name=stay checked><input type=checkbox name=news value=no>
      <button name=do value=in>In</button><button name=do value=cancel>Cancel</button>
      <input type=reset name=reset></form>`)
    expect([...new URLSearchParams(fill(form, person))]).toEqual([
      ['csrf', 'a b'],
      ['user', 'robot'],
      ['secret', 'of & the=robot'],
      ['stay', 'on'],
      ['do', 'in'],
    ])
  })
})
