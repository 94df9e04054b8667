// Every drill of the library, by name. The files are part of the binary.
import day20260418 from './scenarios/2026-04-18.yaml' with { type: 'text' }
import addressFlaps from './scenarios/address-flaps.yaml' with { type: 'text' }
import blankLogin from './scenarios/blank-login.yaml' with { type: 'text' }
import blindProber from './scenarios/blind-prober.yaml' with { type: 'text' }
import blindThenGate from './scenarios/blind-then-gate.yaml' with { type: 'text' }
import blip from './scenarios/blip.yaml' with { type: 'text' }
import bootStorm from './scenarios/boot-storm.yaml' with { type: 'text' }
import challengeOneService from './scenarios/challenge-one-service.yaml' with { type: 'text' }
import challengePage from './scenarios/challenge-page.yaml' with { type: 'text' }
import coldKeys from './scenarios/cold-keys.yaml' with { type: 'text' }
import decoys from './scenarios/decoys.yaml' with { type: 'text' }
import dnsAndGate from './scenarios/dns-and-gate.yaml' with { type: 'text' }
import edge404 from './scenarios/edge-404.yaml' with { type: 'text' }
import edge503 from './scenarios/edge-503.yaml' with { type: 'text' }
import edgeAndGate from './scenarios/edge-and-gate.yaml' with { type: 'text' }
import edgeExpired from './scenarios/edge-expired.yaml' with { type: 'text' }
import everybodyForbidden from './scenarios/everybody-forbidden.yaml' with { type: 'text' }
import expiredOnIpv4 from './scenarios/expired-on-ipv4.yaml' with { type: 'text' }
import gateAndService from './scenarios/gate-and-service.yaml' with { type: 'text' }
import gateFlaps from './scenarios/gate-flaps.yaml' with { type: 'text' }
import greenMonitor from './scenarios/green-monitor.yaml' with { type: 'text' }
import halfEdge from './scenarios/half-edge.yaml' with { type: 'text' }
import halfGate from './scenarios/half-gate.yaml' with { type: 'text' }
import healthChecksFill from './scenarios/health-checks-fill.yaml' with { type: 'text' }
import healthyDay from './scenarios/healthy-day.yaml' with { type: 'text' }
import hiccups from './scenarios/hiccups.yaml' with { type: 'text' }
import hiddenDependency from './scenarios/hidden-dependency.yaml' with { type: 'text' }
import idOverflow from './scenarios/id-overflow.yaml' with { type: 'text' }
import idpBehindEdge from './scenarios/idp-behind-edge.yaml' with { type: 'text' }
import idpClock from './scenarios/idp-clock.yaml' with { type: 'text' }
import idpStoreFull from './scenarios/idp-store-full.yaml' with { type: 'text' }
import inodesFirst from './scenarios/inodes-first.yaml' with { type: 'text' }
import insideAlone from './scenarios/inside-alone.yaml' with { type: 'text' }
import insideNameServer from './scenarios/inside-name-server.yaml' with { type: 'text' }
import ipv6Only from './scenarios/ipv6-only.yaml' with { type: 'text' }
import leftOpen from './scenarios/left-open.yaml' with { type: 'text' }
import maintenance from './scenarios/maintenance.yaml' with { type: 'text' }
import maskedGate from './scenarios/masked-gate.yaml' with { type: 'text' }
import noIpv6Name from './scenarios/no-ipv6-name.yaml' with { type: 'text' }
import noKeys from './scenarios/no-keys.yaml' with { type: 'text' }
import noRobot from './scenarios/no-robot.yaml' with { type: 'text' }
import noSuchName from './scenarios/no-such-name.yaml' with { type: 'text' }
import oldProvider from './scenarios/old-provider.yaml' with { type: 'text' }
import oneGateOfThree from './scenarios/one-gate-of-three.yaml' with { type: 'text' }
import oneService from './scenarios/one-service.yaml' with { type: 'text' }
import ownIpv6 from './scenarios/own-ipv6.yaml' with { type: 'text' }
import peerDies from './scenarios/peer-dies.yaml' with { type: 'text' }
import random401 from './scenarios/random-401.yaml' with { type: 'text' }
import rateLimited from './scenarios/rate-limited.yaml' with { type: 'text' }
import replicaExpired from './scenarios/replica-expired.yaml' with { type: 'text' }
import restartsHideIt from './scenarios/restarts-hide-it.yaml' with { type: 'text' }
import retryStorm from './scenarios/retry-storm.yaml' with { type: 'text' }
import serviceTokens from './scenarios/service-tokens.yaml' with { type: 'text' }
import sessionShard from './scenarios/session-shard.yaml' with { type: 'text' }
import sessionsLost from './scenarios/sessions-lost.yaml' with { type: 'text' }
import signInDown from './scenarios/sign-in-down.yaml' with { type: 'text' }
import slowService from './scenarios/slow-service.yaml' with { type: 'text' }
import splitHorizon from './scenarios/split-horizon.yaml' with { type: 'text' }
import staleReplica from './scenarios/stale-replica.yaml' with { type: 'text' }
import storeFits from './scenarios/store-fits.yaml' with { type: 'text' }
import storeFull from './scenarios/store-full.yaml' with { type: 'text' }
import storeTooSmall from './scenarios/store-too-small.yaml' with { type: 'text' }
import twoStaleReplicas from './scenarios/two-stale-replicas.yaml' with { type: 'text' }
import untriedIpv6 from './scenarios/untried-ipv6.yaml' with { type: 'text' }
import untriedTokens from './scenarios/untried-tokens.yaml' with { type: 'text' }
import walledOff from './scenarios/walled-off.yaml' with { type: 'text' }
import wholeGate from './scenarios/whole-gate.yaml' with { type: 'text' }
import witnessNonsense from './scenarios/witness-nonsense.yaml' with { type: 'text' }
import workerPage from './scenarios/worker-page.yaml' with { type: 'text' }
import wrongAddress from './scenarios/wrong-address.yaml' with { type: 'text' }
import wrongClusterPatched from './scenarios/wrong-cluster-patched.yaml' with { type: 'text' }

/** Text of each drill by name, in the order of their names. */
export const libraryTexts: Readonly<Record<string, string>> = {
  '2026-04-18': day20260418,
  'address-flaps': addressFlaps,
  'blank-login': blankLogin,
  'blind-prober': blindProber,
  'blind-then-gate': blindThenGate,
  blip,
  'boot-storm': bootStorm,
  'challenge-one-service': challengeOneService,
  'challenge-page': challengePage,
  'cold-keys': coldKeys,
  decoys,
  'dns-and-gate': dnsAndGate,
  'edge-404': edge404,
  'edge-503': edge503,
  'edge-and-gate': edgeAndGate,
  'edge-expired': edgeExpired,
  'everybody-forbidden': everybodyForbidden,
  'expired-on-ipv4': expiredOnIpv4,
  'gate-and-service': gateAndService,
  'gate-flaps': gateFlaps,
  'green-monitor': greenMonitor,
  'half-edge': halfEdge,
  'half-gate': halfGate,
  'health-checks-fill': healthChecksFill,
  'healthy-day': healthyDay,
  hiccups,
  'hidden-dependency': hiddenDependency,
  'id-overflow': idOverflow,
  'idp-behind-edge': idpBehindEdge,
  'idp-clock': idpClock,
  'idp-store-full': idpStoreFull,
  'inodes-first': inodesFirst,
  'inside-alone': insideAlone,
  'inside-name-server': insideNameServer,
  'ipv6-only': ipv6Only,
  'left-open': leftOpen,
  maintenance,
  'masked-gate': maskedGate,
  'no-ipv6-name': noIpv6Name,
  'no-keys': noKeys,
  'no-robot': noRobot,
  'no-such-name': noSuchName,
  'old-provider': oldProvider,
  'one-gate-of-three': oneGateOfThree,
  'one-service': oneService,
  'own-ipv6': ownIpv6,
  'peer-dies': peerDies,
  'random-401': random401,
  'rate-limited': rateLimited,
  'replica-expired': replicaExpired,
  'restarts-hide-it': restartsHideIt,
  'retry-storm': retryStorm,
  'service-tokens': serviceTokens,
  'session-shard': sessionShard,
  'sessions-lost': sessionsLost,
  'sign-in-down': signInDown,
  'slow-service': slowService,
  'split-horizon': splitHorizon,
  'stale-replica': staleReplica,
  'store-fits': storeFits,
  'store-full': storeFull,
  'store-too-small': storeTooSmall,
  'two-stale-replicas': twoStaleReplicas,
  'untried-ipv6': untriedIpv6,
  'untried-tokens': untriedTokens,
  'walled-off': walledOff,
  'whole-gate': wholeGate,
  'witness-nonsense': witnessNonsense,
  'worker-page': workerPage,
  'wrong-address': wrongAddress,
  'wrong-cluster-patched': wrongClusterPatched,
}
