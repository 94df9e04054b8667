// Composition root: the world as it is, the command line, the exit code.
import { runCli } from './cli.ts'
import { realWorld } from './world/world.ts'

const exitCode = await runCli(realWorld())

// Whoever reads may leave first, as `head` does; any other output that is lost is a failure.
process.stdout.on('error', (cause: Error & { readonly code?: string }) => {
  if (cause.code === 'EPIPE') process.exit(exitCode)
  process.stderr.write(`gatehouse: Cannot write the output: "${cause.code ?? cause.message}"\n`)
  process.exit(exitCode === 0 ? 1 : exitCode)
})
process.stderr.on('error', () => process.exit(exitCode))
// Leaves only when all output is out: a pipe takes it at its own pace. An empty write would not wait.
process.stdout.end(() => process.stderr.end(() => process.exit(exitCode)))
