// Makes a fresh clone ready to run: installs the locked packages when they are missing or others, and
// readies the Bun that came with them. Plain JavaScript for Node, since nothing else is there yet.
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const nodeMajorMin = 20

/**
 * Names of locked packages that are not installed in the locked version. Packages for other
 * platforms (`optional`) do not count; development packages count only when `development` is true.
 */
export function missingPackages(locked, installed, development) {
  return Object.entries(locked)
    .filter(([path, entry]) => path !== '' && entry.optional !== true && entry.link !== true)
    .filter(([, entry]) => development || (entry.dev !== true && entry.devOptional !== true))
    .filter(([path, entry]) => installed[path]?.version !== entry.version)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
  return result.status === 0
}

/** npm as it was started, else the one on PATH. */
function npm(args, cwd) {
  const script = process.env.npm_execpath
  return script !== undefined && /npm-cli\.c?js$/.test(script)
    ? run(process.execPath, [script, ...args], cwd)
    : run('npm', args, cwd)
}

function fail(message) {
  console.error(`setup: ${message}`)
  process.exit(1)
}

function installPackages(root, development) {
  const modules = join(root, 'node_modules')
  const locked = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(modules, '.package-lock.json'))
  const missing = missingPackages(locked, installed, development)
  if (missing.length === 0) return
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink())
    fail(`node_modules is a link and lacks "${missing[0]}"; run npm ci where it points to`)

  // Development packages that are there stay there.
  const whole = development || Object.values(installed).some((entry) => entry.dev === true)
  const reason = existsSync(modules) ? `"${missing[0]}" is not as locked` : 'nothing is installed'
  console.error(`setup: ${reason}, running npm ci${whole ? '' : ' --omit=dev'}`)
  const started = performance.now()
  const done = npm(['ci', '--no-audit', '--no-fund', ...(whole ? [] : ['--omit=dev'])], root)
  if (!done) fail('npm ci failed, see above')
  console.error(
    `setup: packages installed in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
}

/** The bun package holds a stub until its own script has put the binary for this machine in place. */
function readyBun(root) {
  const bun = join(root, 'node_modules', '.bin', 'bun')
  const answers = () => spawnSync(bun, ['--version'], { stdio: 'ignore' }).status === 0
  if (answers()) return
  run(process.execPath, ['install.js'], join(root, 'node_modules', 'bun'))
  if (!answers()) fail('Bun does not start on this machine, see above')
}

function main() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < nodeMajorMin)
    fail(`Node is ${process.versions.node}, wanted ${nodeMajorMin} or later`)
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  installPackages(root, !process.argv.includes('--production'))
  readyBun(root)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
