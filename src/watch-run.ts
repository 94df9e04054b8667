// Front door of the watch that runs, and of the channels it tells people by.
export { createNotifier } from './watch/notify/create.ts'
export { trialNotice } from './watch/notify/trial.ts'
export { type WatchAnswers, watchAnswers } from './watch/run/answers.ts'
export { listenForWatch } from './watch/run/listener.ts'
export { publicVerdictOf } from './watch/run/public-verdict.ts'
export { openWatch } from './watch/run/open.ts'
export type { RunningWatch } from './watch/run/run.ts'
export { type WatchReadings, registerWatch, watchMetrics } from './watch/metrics.ts'
