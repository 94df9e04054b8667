// How a sign-in ends before the door, as far as the identity provider itself says so.
import type { AnswerClass } from '../door.ts'

/** One of these ends. */
interface Meaning {
  /** Completes "The identity provider answers, and …". */
  readonly words: string
  readonly advice: string
  /** True where it is about the account of the robot: people may sign in as ever. */
  readonly isOwnAccount: boolean
}

const meanings: Readonly<Partial<Record<AnswerClass, Meaning>>> = {
  SIGN_IN_REFUSED: {
    words: 'does not take the name or the password of the robot',
    advice: 'See whether the password of the robot was changed, and put the new one into its file',
    isOwnAccount: true,
  },
  SIGN_IN_DENIED: {
    words: 'denies the robot access',
    advice: 'Read the log of events of authentik: a policy or a binding denies this person or all',
    isOwnAccount: false,
  },
  SIGN_IN_MFA: {
    words: 'wants a second factor that the robot cannot give',
    advice: 'Give the robot a one-time code ("totp_seed_file"), or leave it out of that stage',
    isOwnAccount: true,
  },
  SIGN_IN_CAPTCHA: {
    words: 'shows the robot a captcha',
    advice: 'Leave the robot out of the captcha by a policy on its stage',
    isOwnAccount: true,
  },
  SIGN_IN_UNKNOWN_STAGE: {
    words: 'asks something that the robot does not know',
    advice: 'Leave the robot out of that stage, or give it an authentication flow of its own',
    isOwnAccount: true,
  },
  SIGN_IN_DEACTIVATED: {
    words: 'ends its flow well, yet does not know the robot afterwards: deactivated',
    advice: 'Look whether the account of the robot is active, and whether its cookies are accepted',
    isOwnAccount: true,
  },
  SIGN_IN_ELSEWHERE: {
    words: 'leads the robot somewhere that is not declared',
    advice: 'Look where sign-ins lead: nothing was sent there. If it is meant, declare it',
    isOwnAccount: false,
  },
}

/** What an end means where the identity provider gave it in good order; null for all other classes. */
export function meaningOf(answerClass: AnswerClass): Meaning | null {
  return meanings[answerClass] ?? null
}
