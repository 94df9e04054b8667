// The last step before anything is shown: no secret is left in a report, whichever source it came from.
import type { AttributeChange } from '../plan/difference.ts'
import type { Change, DriftReport, LeftOut, Subject } from './report.ts'
import { textWithoutSecrets, withoutSecretsAt } from './secret-leaves.ts'

/**
 * `report` with every secret in a value, a name or a sentence replaced by a hash keyed with `secretKey`.
 * What differed still differs: the comparison came before.
 */
export function hideSecrets(report: DriftReport, secretKey: Uint8Array): DriftReport {
  const text = (one: string): string => textWithoutSecrets(one, secretKey)
  const subject = <S extends Subject>(one: S): S => ({
    ...one,
    address: text(one.address),
    name: text(one.name),
  })
  const leftOut = (all: readonly LeftOut[]): readonly LeftOut[] =>
    all.map(({ object, why }) => ({ object: text(object), why: text(why) }))
  const change = (one: Change | null): Change | null =>
    one === null ? null : { ...one, text: text(one.text) }
  const attribute = ({ after, before, path }: AttributeChange): AttributeChange => ({
    path: text(path),
    before: withoutSecretsAt(path, before, secretKey),
    after: withoutSecretsAt(path, after, secretKey),
  })
  return {
    ...report,
    drift: report.drift.map((one) => ({
      ...subject(one),
      change: change(one.change),
      difference: {
        ...one.difference,
        address: text(one.difference.address),
        attributes: one.difference.attributes.map(attribute),
      },
    })),
    unmanaged: report.unmanaged.map((one) => ({
      ...subject(one),
      about: one.about === null ? null : text(one.about),
      change: change(one.change),
    })),
    ignored: report.ignored.map((one) => ({ ...one, places: one.places.map(text) })),
    invariants: report.invariants.map((one) => ({ ...one, text: text(one.text) })),
    skipped: leftOut(report.skipped),
    notUnderstood: leftOut(report.notUnderstood),
    notCompared: report.notCompared.map(text),
    attributionFault: report.attributionFault === null ? null : text(report.attributionFault),
  }
}
