// Text that may not stand in the code, each with what to write instead.
import { codeOnly } from './blank.ts'
import { type Problem, type SourceFile, isCode, isProduct, isTest } from './tree.ts'

interface Ban {
  readonly pattern: RegExp
  readonly instead: string
  readonly applies: (path: string) => boolean
  /** Where to look: in code alone (default), or in the whole text with comments and strings. */
  readonly everywhere?: true
}

/** Only the world, and the file that puts it together, reach outside. */
const insideTheWorld = (path: string): boolean =>
  isProduct(path) && !path.startsWith('src/world/') && path !== 'src/main.ts' && !inBrowser(path)

/** Scripts that run in a browser have the browser's world. */
const inBrowser = (path: string): boolean =>
  /\/(assets|browser|public)\//.test(path) && path.startsWith('src/')

/** Declarations of files that are no code (`*.css` as text) have no other form than a default export. */
const isModule = (path: string): boolean => isCode(path) && !path.endsWith('.d.ts')

const unitTest = (path: string): boolean =>
  path.startsWith('src/') && isTest(path) && !pacedTests.includes(path)

/** Unit tests that wait on purpose: they send bytes over a real socket piece by piece. */
const pacedTests: readonly string[] = ['src/gate/transport/server.test.ts']

const clock = 'take a Clock (src/world/clock.ts) as an argument'
const random = 'take a Random (src/world/random.ts) as an argument'
const environment = 'take a Process (src/world/process.ts) as an argument'

/** Every ban. */
export const bans: readonly Ban[] = [
  { pattern: /\bDate\.now\b/, instead: clock, applies: insideTheWorld },
  { pattern: /\bnew Date\(\s*\)/, instead: clock, applies: insideTheWorld },
  { pattern: /\bperformance\.now\b/, instead: clock, applies: insideTheWorld },
  { pattern: /\bset(Timeout|Interval)\(/, instead: clock, applies: insideTheWorld },
  { pattern: /\bBun\.(sleep|nanoseconds)\b/, instead: clock, applies: insideTheWorld },
  { pattern: /\bMath\.random\b/, instead: random, applies: insideTheWorld },
  {
    pattern: /\b(getRandomValues|randomUUID|randomBytes)\b/,
    instead: random,
    applies: insideTheWorld,
  },
  {
    pattern: /(?<![.\w])fetch\(/,
    instead: 'take an HttpClient (src/world/http-client.ts) as an argument',
    applies: insideTheWorld,
  },
  { pattern: /(?<![.\w])(process|Bun)\.env\b/, instead: environment, applies: insideTheWorld },
  {
    pattern: /(?<![.\w])process\.(argv|stdout|stderr|exit)\b/,
    instead: environment,
    applies: insideTheWorld,
  },
  {
    pattern: /\bBun\.(file|write)\(/,
    instead: 'take Files (src/world/files.ts) as an argument',
    applies: insideTheWorld,
  },
  {
    pattern: /\bthrow new Error\(/,
    instead:
      'return a Result (src/std/result.ts), or assert (src/std/assert.ts) for a defect of ours',
    applies: isProduct,
  },
  { pattern: /\bas any\b|:\s*any\b|<any>/, instead: 'unknown, and a parser', applies: isCode },
  { pattern: /\b(const )?enum \w/, instead: 'a union of literals', applies: isCode },
  { pattern: /\bexport default\b/, instead: 'a named export', applies: isModule },
  { pattern: /@ts-(ignore|nocheck)/, instead: 'the right type', applies: isCode, everywhere: true },
  {
    pattern: /\b(FIXME|XXX|HACK)\b/,
    instead: 'the thing itself',
    applies: isCode,
    everywhere: true,
  },
  {
    pattern: /\bTODO\b/,
    instead: 'the thing itself, or an issue',
    applies: isCode,
    everywhere: true,
  },
  {
    pattern: /oxlint-disable(?!.*\s--\s+\S)/,
    instead: 'the same with a reason: "-- why"',
    applies: isCode,
    everywhere: true,
  },
  {
    pattern: /\b(test|describe|it)\.only\(/,
    instead: 'test(, since the others would not run',
    applies: isCode,
  },
  {
    pattern: /\bBun\.sleep|\bsetTimeout\(/,
    instead: 'fakeClock (src/world/clock.ts), or until (test/support/until.ts) for a real peer',
    applies: unitTest,
  },
  {
    pattern: /\b(mock|spyOn|jest)\(|\bmock\.module\b/,
    instead: 'a fake passed as an argument',
    applies: isCode,
  },
]

/** Banned text in one file. */
export function bannedProblems(file: SourceFile): Problem[] {
  const active = bans.filter((ban) => ban.applies(file.path))
  if (active.length === 0 || file.path.startsWith('test/tidy/')) return []
  const whole = file.text.split('\n')
  const code = codeOnly(file.text).split('\n')
  return active.flatMap((ban) =>
    (ban.everywhere === true ? whole : code).flatMap((line, index) => {
      const found = ban.pattern.exec(line)?.[0]
      return found === undefined
        ? []
        : [`${file.path}:${index + 1}: "${found.trim()}" is banned; instead: ${ban.instead}`]
    }),
  )
}
