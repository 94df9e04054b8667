// What may be declared of secrets: where they are, never what they are.
import { describeSection } from '../section-cases.fixture.ts'
import { secretsSchema } from './schema.ts'

describeSection('estate.secrets', secretsSchema, {
  whole: {
    about: 'Vault',
    vault: 'https://vault.example.com',
    mount: 'secret',
    secrets: [
      {
        name: 'oidc',
        place: 'vault',
        ref: 'secret/gatehouse#oidc',
        used_by: ['gatehouse'],
        rotated: '90d',
      },
    ],
  },
  least: [
    [
      'a secret',
      { secrets: [{ name: 'a', place: 'file', ref: '/run/secrets/a' }] },
      { mount: 'secret', secrets: [{ used_by: [] }] },
    ],
  ],
  wrong: [
    [
      'a secret without its place',
      { secrets: [{ name: 'a', ref: 'secret/a' }] },
      ['secrets[0].place: nothing → one of "vault", "kubernetes", "file", "sops", "environment"'],
    ],
    [
      'a place with a slip',
      { secrets: [{ name: 'a', place: 'valut', ref: 'secret/a' }] },
      [
        'secrets[0].place: "valut" → one of "vault", "kubernetes", "file", "sops", "environment"; meant "vault"',
      ],
    ],
    [
      'a secret with its value',
      { secrets: [{ name: 'a', place: 'vault', ref: 'secret/a', value: 'hunter2hunter2' }] },
      ['secrets[0].value: unknown "value"'],
    ],
    [
      'a secret that is a text',
      { secrets: ['hunter2hunter2'] },
      ['secrets[0]: a value that is hidden → a mapping of settings'],
    ],
    [
      'a ref that is a mapping',
      { secrets: [{ name: 'a', place: 'vault', ref: { password: 'hunter2hunter2' } }] },
      ['secrets[0].ref: a mapping → a name such as "secret/gatehouse#oidc"'],
    ],
    [
      'a Vault with a token in its address',
      { vault: 'https://token:hunter2hunter2@vault.example.com' },
      [
        'vault: "https://…@vault.example.com" → an absolute URL such as "https://vault.example.com"',
      ],
    ],
    [
      'a Vault at no address',
      { vault: 'vault' },
      ['vault: "vault" → an absolute URL such as "https://vault.example.com"'],
    ],
    [
      'a time that is none',
      { secrets: [{ name: 'a', place: 'vault', ref: 'b', rotated: 'never' }] },
      ['secrets[0].rotated: "never" → a duration from "1h" to "3650d" (units: ms, s, m, h, d, w)'],
    ],
  ],
  bounds: [
    [
      'a change each hour',
      { secrets: [{ name: 'a', place: 'vault', ref: 'b', rotated: '1h' }] },
      { secrets: [{ name: 'a', place: 'vault', ref: 'b', rotated: '59m' }] },
    ],
  ],
})
