// The page of the configuration and the published JSON Schema, both from the declarations.
import { configJsonSchema } from '../../src/config/schema.ts'
import type { JsonSchema } from '../../src/std/schema/json-schema.ts'
import { type ReferencePage, code, referencePage, table } from './page.ts'

/** Every setting: a table for each section, in the order of the declarations. */
export function configurationPage(): ReferencePage {
  const root = configJsonSchema()
  return referencePage('docs/reference/configuration.md', [
    '# Configuration',
    intro,
    ...sections('', root),
  ])
}

/** `gatehouse config schema` as a file, for `# yaml-language-server: $schema=…`. */
export function schemaPage(): ReferencePage {
  return {
    path: 'docs/reference/gatehouse.schema.json',
    text: `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  }
}

const intro = `One file, \`gatehouse.yaml\`, or \`gatehouse.ts\` that exports the same shape as \`config\` or as its
default. It is looked for at \`--config\`, then \`GATEHOUSE_CONFIG\`, then \`gatehouse.yaml\` and
\`gatehouse.ts\` in the working directory, then \`/etc/gatehouse/gatehouse.yaml\`. Relative paths in it
start from its own directory. Unknown keys are mistakes; \`gatehouse check\` says all mistakes at once.
The running gate reads a changed file by itself, and on SIGHUP; a broken one changes nothing.

Durations are written \`90m\`, \`1h30m\` or \`7d\`; sizes \`512B\`, \`4KiB\` or \`64MiB\`; networks \`10.0.0.0/8\`
or \`fd00::/8\`. A list that is there has at least one entry: an empty list would say "nobody" to one
reader and "everybody" to another.

Editors complete and check the file with its JSON Schema: \`gatehouse config schema > gatehouse.schema.json\`,
and \`# yaml-language-server: $schema=gatehouse.schema.json\` as the first line of \`gatehouse.yaml\`.

Every secret can stand in a file: \`client_secret_file\` in place of \`client_secret\`; both at once is a
mistake. The gate's own secret, from which all its keys are derived, is made at first start in
\`<data_dir>/secret\`; whoever reads it can make a session. When it is lost, sign-ins under way
begin anew and sealed sessions end; sessions in the store stay.

## What a path inherits

A service's own settings are its rule for all paths. An entry of \`paths\` inherits what it does not say:

- \`groups\`, \`users\` and \`email_domains\` go together: an entry that names one of them inherits none of
  the three, since "any match is enough" over two lists would let in more people than either.
- An entry that names who may enter asks for sign-in (\`auth: required\`), whatever its service says. An
  entry that says \`auth: app\`, \`public\` or \`none\` keeps no names.
- \`users: ["*"]\` is everyone who is signed in, and so ends what would be inherited.
- Names beside an \`auth\` that lets everyone in are a mistake.
- An entry for \`/**\` under the same methods and networks takes the place of the service's own rule.`

/** A heading and a table for `node`, then the same for each section and list of sections in it. */
function sections(path: string, node: JsonSchema): string[] {
  const properties = Object.entries(node.properties ?? {})
  const rows = properties.map(([key, setting]) => row(key, setting, node.required ?? []))
  const heading = path === '' ? '## Top level' : `## \`${path}\``
  const own = [heading, table(['setting', 'value', 'default', 'meaning'], rows)]
  return [
    ...own,
    ...properties.flatMap(([key, setting]) => {
      const inner = path === '' ? key : `${path}.${key}`
      if (setting.properties !== undefined) return sections(inner, setting)
      if (setting.items?.properties !== undefined) return sections(`${inner}[]`, setting.items)
      return []
    }),
  ]
}

function row(key: string, setting: JsonSchema, required: readonly string[]): string[] {
  return [code(key), valueOf(setting), defaultOf(setting, required.includes(key)), about(setting)]
}

function about({ description, writeOnly }: JsonSchema): string {
  return `${description ?? ''}${writeOnly === true ? '. Never shown or logged' : ''}`
}

/** What is written there, in a few words. */
function valueOf(setting: JsonSchema): string {
  if (setting.enum !== undefined) return setting.enum.map(code).join(', ')
  if (setting.items !== undefined)
    return setting.items.properties === undefined
      ? `list of ${valueOf(setting.items)}`
      : 'list of sections'
  if (setting.properties !== undefined) return 'section'
  if (setting.type === 'integer' || setting.type === 'number')
    return `number, ${setting.minimum ?? ''} to ${setting.maximum ?? ''}`
  if (setting.type === 'boolean') return `${code('true')}, ${code('false')}`
  const [example, most] = setting.examples ?? []
  if (most !== undefined) return `from ${code(textOf(example))} to ${code(textOf(most))}`
  return example === undefined ? 'text' : `text such as ${code(textOf(example))}`
}

/** A text as it is, anything else as JSON, which is YAML too. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function defaultOf(setting: JsonSchema, isRequired: boolean): string {
  if (isRequired) return '**needed**'
  if (setting.default === undefined || setting.properties !== undefined) return ''
  return code(textOf(setting.default))
}
