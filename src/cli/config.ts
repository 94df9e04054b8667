// `gatehouse config schema`: the JSON Schema of the configuration, for editors and pipelines.
import type { Command } from 'commander'
import { configJsonSchema } from '../config-schema.ts'
import { type CliContext, withExamples } from './context.ts'

/** Adds `gatehouse config schema`. */
export function registerConfig(program: Command, context: CliContext): void {
  const config = program.command('config').description('About the form of the configuration')
  withExamples(config, [['gatehouse config schema', 'The JSON Schema']])
  const schema = config
    .command('schema')
    .description('Print the JSON Schema (draft 2020-12) of gatehouse.yaml')
    .action(
      context.action(() => {
        context.world.process.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
        return 0
      }),
    )
  withExamples(schema, [
    ['gatehouse config schema > gatehouse.schema.json', 'For "# yaml-language-server: $schema=…"'],
  ])
}
