// Front door of the watch for a look at one moment: `why` and `doctor`.
export { titleOf } from './watch/why/conclude.ts'
export { type WhyAnswer, askWhy } from './watch/why/why.ts'
export { type CheckStatus, type DoctorCheck, checkOf } from './watch/doctor/check.ts'
export { type Diagnosis, examine } from './watch/doctor/doctor.ts'
