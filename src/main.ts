// Composition root: the world as it is, the command line, the exit code.
import { runCli } from './cli.ts'
import { realWorld } from './world/world.ts'

const exitCode = await runCli(realWorld())

// Leaves only when all output is out: a pipe takes it at its own pace.
process.stderr.write('', () => process.stdout.write('', () => process.exit(exitCode)))
