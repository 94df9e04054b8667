// Who notices and who does not: read off the probes that pass beside those that fail.
import { type ElementId, aspectOf, isReplica, layerOf } from '../../model/layer.ts'
import type { ProbeSeen } from '../incident/evidence.ts'

/** Sentences on who is spared, each with the probes that show it. Empty where none of it was seen. */
export function maskingOf(
  elements: readonly ElementId[],
  probes: readonly ProbeSeen[],
): readonly string[] {
  const named = (pattern: RegExp, ok: boolean): string =>
    probes
      .filter((probe) => probe.ok === ok && pattern.test(probe.probe))
      .map(({ probe }) => probe)
      .join(', ')
  const layers = new Set(elements.map(layerOf))
  const [signedIn, strangers, open] = [/_auth(@|$)/, /_anon_fwd|^gate_anon/, /_anon_open/]
  const sentences: string[] = []
  const say = (shown: string, sentence: string): void => {
    if (shown !== '') sentences.push(`${sentence} (${shown} passed)`)
  }
  if (layers.has('gate_new') && !layers.has('gate_check')) {
    say(named(signedIn, true), 'Holders of a live session see nothing of it until the session ends')
    say(named(open, true), 'Services that the gate does not protect answer as usual')
  }
  if (layers.has('gate_check') && !layers.has('gate_new'))
    say(
      named(strangers, true),
      'Strangers are still sent to sign in, so checks without a session see nothing',
    )
  if (layers.has('idp')) {
    say(
      named(signedIn, true),
      'Holders of a live session see nothing of it until they must sign in',
    )
    say(
      named(strangers, true),
      'The gate still sends strangers to sign in, so checks of its answer see nothing',
    )
  }
  if (layers.has('edge') || layers.has('dns'))
    say(named(/^origin_/, true), 'Whoever comes to the reverse proxy by its address sees nothing')
  if (elements.includes('edge') || elements.includes('dns'))
    say(named(/^inside_/, true), 'Whoever is inside sees nothing')
  if (elements.includes('gate_check/tokens'))
    say(named(signedIn, true), 'People with a session are let in as usual')
  for (const [family, other] of [
    ['ipv6', 'IPv4'],
    ['ipv4', 'IPv6'],
  ] as const)
    if (elements.some((element) => aspectOf(element) === family))
      say(
        named(new RegExp(`@${other.toLowerCase()}$`), true),
        `Whoever comes over ${other} sees nothing`,
      )
  const replica = elements.find(isReplica)
  if (replica !== undefined)
    sentences.push(
      `Requests that another replica than ${replica} takes succeed: a reload may help, which hides it`,
    )
  return sentences
}
