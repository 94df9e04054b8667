// Every command there is, in the order of `gatehouse --help`: a new one is one file and one entry here.
import type { CommandEntry } from './command-entry.ts'

/** All commands. A command is loaded when it is named; until then it is these lines (a test compares). */
export const commands: readonly CommandEntry[] = [
  {
    usage: 'init [options]',
    description: 'Write a first configuration, and print what your reverse proxy needs',
    load: async () => (await import('./init.ts')).registerInit,
  },
  {
    usage: 'serve [options]',
    description: 'Run the gate until SIGINT or SIGTERM; SIGHUP reads the configuration again',
    load: async () => (await import('./serve.ts')).registerServe,
  },
  {
    usage: 'watch [options]',
    description: 'Watch the estate from here until SIGINT or SIGTERM, without running the gate',
    load: async () => (await import('./watch.ts')).registerWatch,
  },
  {
    usage: 'check [options]',
    description: 'Check the configuration: exit 0 nothing wrong, 2 mistakes, 1 could not run',
    load: async () => (await import('./check.ts')).registerCheck,
  },
  {
    usage: 'plan [options] [before] [after]',
    description:
      'Say what the difference between two configurations would do to doors, monitors and stores: exit 0 none, 2 some, 1 could not read',
    load: async () => (await import('./plan.ts')).registerPlan,
  },
  {
    usage: 'discover [options] <source>',
    description:
      'Read what runs and write it as entries of the configuration: exit 0 all understood, 2 not all, 1 could not read',
    load: async () => (await import('./discover.ts')).registerDiscover,
  },
  {
    usage: 'drift [options] [system]',
    description:
      'Compare what is declared with what runs, and say who changed it: exit 0 no difference, 2 some, 1 could not read',
    load: async () => (await import('./drift.ts')).registerDrift,
  },
  {
    usage: 'codify [options] <form>',
    description:
      'Write a live authentik down, so that it can be declared: exit 0 all of it, 2 not all, 1 could not read',
    load: async () => (await import('./codify.ts')).registerCodify,
  },
  {
    usage: 'doctor [options]',
    description:
      'Look at gate, doors, provider, names, certificates and replicas: exit 0 all is well, 1 something is wrong',
    load: async () => (await import('./doctor.ts')).registerDoctor,
  },
  {
    usage: 'drill [options] [name]',
    description: 'Replay an outage against the watch: exit 0 it finds the truth, 1 it does not',
    load: async () => (await import('./drill.ts')).registerDrill,
  },
  {
    usage: 'why [options] <host>',
    description:
      'Say why a host does not work, and for whom: exit 0 it is fine for strangers, 1 it is not',
    load: async () => (await import('./why.ts')).registerWhy,
  },
  {
    usage: 'incident',
    description: 'What the watch of this configuration has told: incidents and post-mortems',
    load: async () => (await import('./incident.ts')).registerIncident,
  },
  {
    usage: 'explain [options]',
    description: 'Say what a request would get and why: exit 0 when it would be let in, else 1',
    load: async () => (await import('./explain.ts')).registerExplain,
  },
  {
    usage: 'policy',
    description: 'Test who may go where',
    load: async () => (await import('./policy-test.ts')).registerPolicyTest,
  },
  {
    usage: 'snippet [options] <proxy>',
    description: 'Print the configuration of a reverse proxy, ready to paste',
    load: async () => (await import('./snippet.ts')).registerSnippet,
  },
  {
    usage: 'demo [options]',
    description: 'Run a gate, two people and four sample services on this machine, to try it out',
    load: async () => (await import('./demo.ts')).registerDemo,
  },
  {
    usage: 'notify',
    description: 'The channels of the watch',
    load: async () => (await import('./notify.ts')).registerNotify,
  },
  {
    usage: 'capacity [options]',
    description:
      'Say what stores of expiring entries come to: plateau, ratio, time to full, levers. Several values separated by commas make a table',
    load: async () => (await import('./capacity.ts')).registerCapacity,
  },
  {
    usage: 'config',
    description: 'About the form of the configuration',
    load: async () => (await import('./config.ts')).registerConfig,
  },
  {
    usage: 'import',
    description: 'Write a configuration from what you have',
    load: async () => (await import('./import-authentik.ts')).registerImport,
  },
  {
    usage: 'generate [options] <target>',
    description:
      'Write what other programs and people read: rules and their tests for Prometheus, a dashboard, manifests, Terraform, proxies, documentation',
    load: async () => (await import('./generate.ts')).registerGenerate,
  },
  {
    usage: 'alerts',
    description: 'Alerts that can fire',
    load: async () => (await import('./alerts.ts')).registerAlerts,
  },
  {
    usage: 'hash-password',
    description: 'Print the argon2id hash of a password that is typed or comes on standard input',
    load: async () => (await import('./hash-password.ts')).registerHashPassword,
  },
  {
    usage: 'users',
    description: 'People of the built-in accounts',
    load: async () => (await import('./users.ts')).registerUsers,
  },
  {
    usage: 'sessions',
    description: 'Who is signed in; end sessions',
    load: async () => (await import('./sessions.ts')).registerSessions,
  },
  {
    usage: 'healthcheck [options]',
    description: 'Ask the running gate whether it is ready: exit 0 ready, 1 not',
    load: async () => (await import('./healthcheck.ts')).registerHealthcheck,
  },
  {
    usage: 'version [options]',
    description: 'Print the version of Gatehouse and of the runtime under it',
    load: async () => (await import('./version.ts')).registerVersion,
  },
]
