// Front door of the gate for an operator: people, passwords, sessions.
export {
  type ListedSession,
  type SessionAdministration,
  administerSessions,
} from './gate/session/administration.ts'
export { passwordBytesMax, passwordLengthMin } from './gate/sign-in/accounts/password-hash.ts'
export { hashPassword } from './gate/sign-in/accounts/password-hasher.ts'
export {
  type Administration,
  type ListedPerson,
  administerPeople,
} from './gate/sign-in/accounts/administration.ts'
