// Secrets from files: those that others gave us, and our own, made at first start.
import { hkdfSync } from 'node:crypto'
import { join } from 'node:path'
import { type Result, err, ok } from '../std/result.ts'
import { fromBase64Url, toBase64Url } from '../std/bytes.ts'
import { show } from '../std/schema/check.ts'
import { textLengthMax } from '../std/schema/schema.ts'
import type { Files } from '../world/files.ts'
import type { Random } from '../world/random.ts'
import type { LoadedConfig } from './load.ts'
import { environmentName } from './outpost-environment.ts'

/** Why a secret cannot be had, in words fit to be shown, and what to do. */
export interface SecretFault {
  readonly message: string
  readonly fix: string
  /** True when there is no such file: on another machine it may well be there. */
  readonly absent?: boolean
}

/** Bytes of the gate's own secret, and the least that is accepted. */
const ownSecretBytes = 32
const ownSecretName = 'secret'

/** The gate's own secret where there is one already, for a program beside it; null otherwise. */
export function readGateSecret(files: Files, dataDir: string): Uint8Array | null {
  const secret = readOwnSecret(files, join(dataDir, ownSecretName))
  return secret.ok ? secret.value : null
}

/** The secret in `file` (absolute path), white space around it left out. */
export function readSecretFile(files: Files, file: string): Result<string, SecretFault> {
  const text = files.readText(file)
  if (!text.ok) {
    const { code } = text.error
    return err({
      message: `Cannot read the secret: ${show(file)} ${code === 'ENOENT' ? 'does not exist' : `answers "${code}"`}`,
      fix: 'Put the secret into that file, readable for this user, or name another file',
      absent: code === 'ENOENT',
    })
  }
  const secret = text.value.trim()
  if (secret === '' || secret.length > textLengthMax)
    return err({
      message: `Cannot use the secret in ${show(file)}: it has "${secret.length}" characters, wanted "1" to "${textLengthMax}"`,
      fix: 'Put the secret alone into that file',
    })
  return ok(secret)
}

/** A token of authentik is far longer; a shorter one was made by hand and might be guessed. */
const tokenLengthMin = 40

/**
 * The secret of a gate. Of an outpost without a file it is made from its token (HKDF-SHA256, RFC 5869), so that all
 * replicas take each other's cookies and states, and so that it needs no disk; of any other gate it is
 * that of {@link loadOrCreateSecret}.
 */
export function gateSecret(
  files: Files,
  random: Random,
  { gate: config, file }: Pick<LoadedConfig, 'gate' | 'file'>,
): Result<Uint8Array, SecretFault> {
  const token = file === environmentName ? (config.outpost?.token ?? '') : ''
  if (token.length < tokenLengthMin) return loadOrCreateSecret(files, random, config.dataDir)
  // Sessions and the last good configuration live there; each says itself what it cannot write.
  files.ensureDirectory(config.dataDir, 0o700)
  return ok(
    new Uint8Array(hkdfSync('sha256', token, 'gatehouse-outpost-1', 'gate secret', ownSecretBytes)),
  )
}

/**
 * The gate's own secret, from which all its keys are derived: `dataDir/secret`, 32 random bytes in
 * base64url, mode 0600. Made when it is not there. One that is too short or that everyone may read is
 * refused: whoever knows it can make a session. The group is let be: Kubernetes (`fsGroup`) sets it.
 */
export function loadOrCreateSecret(
  files: Files,
  random: Random,
  dataDir: string,
): Result<Uint8Array, SecretFault> {
  const file = join(dataDir, ownSecretName)
  if (files.exists(file)) return readOwnSecret(files, file)
  const made = files.ensureDirectory(dataDir, 0o700)
  const text = `${toBase64Url(random.bytes(ownSecretBytes))}\n`
  const written = made.ok ? files.writeAtomic(file, text, 0o600) : made
  if (!written.ok)
    return err({
      message: `Cannot write ${show(written.error.path)}: "${written.error.code}"`,
      fix: 'Make "data_dir" a directory that this user may write to',
    })
  // Read back: of two processes that start at the same moment, both go on with the one that stayed.
  return readOwnSecret(files, file)
}

function readOwnSecret(files: Files, file: string): Result<Uint8Array, SecretFault> {
  const text = files.readText(file)
  const mode = files.mode(file)
  if (!text.ok || !mode.ok)
    return err({
      message: `Cannot read the secret of the gate: ${show(file)} answers "${text.ok ? 'no mode' : text.error.code}"`,
      fix: 'Make it readable for this user',
    })
  if ((mode.value & 0o007) !== 0)
    return err({
      message: `Cannot use the secret of the gate: ${show(file)} has mode "${(mode.value & 0o777).toString(8)}", wanted "600"`,
      fix: `Run "chmod 600 ${file}"; if others may have read it, delete it, start and run "gatehouse sessions revoke --all"`,
    })
  const secret = fromBase64Url(text.value.trim())
  if (secret === null || secret.length < ownSecretBytes)
    return err({
      message: `Cannot use the secret of the gate: ${show(file)} holds "${secret?.length ?? 0}" bytes in base64url, wanted "${ownSecretBytes}" or more`,
      fix: 'Delete the file, and a new one is made at the next start: sign-ins under way begin anew and sealed sessions end',
    })
  return ok(secret)
}
