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
  for (const [pattern, sentence] of besides(elements)) say(named(pattern, true), sentence)
  const replica = elements.find(isReplica)
  if (replica !== undefined)
    sentences.push(
      `Requests that another replica than ${replica} takes succeed: a reload may help, which hides it`,
    )
  return sentences
}

/** Who goes by another way than what fails: probes that show it, and the sentence. */
function besides(elements: readonly ElementId[]): readonly (readonly [RegExp, string])[] {
  return elements.flatMap((element): readonly (readonly [RegExp, string])[] => {
    if (element === 'edge' || element === 'dns')
      return [[/^inside_/, 'Whoever is inside sees nothing']]
    switch (aspectOf(element)) {
      case 'tokens':
        return [[/_auth(@|$)/, 'People with a session are let in as usual']]
      case 'ipv4':
        return [[/@ipv6$/, 'Whoever comes over IPv6 sees nothing']]
      case 'ipv6':
        return [[/@ipv4$/, 'Whoever comes over IPv4 sees nothing']]
      default:
        return []
    }
  })
}
