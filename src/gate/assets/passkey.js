// Passkeys in the browser (WebAuthn Level 3): asks our page for options, the browser for a passkey, and
// sends the answer as a form. Loads nothing else; without this file the pages work with passwords.

/** Base64url (RFC 4648 section 5) to bytes. */
function toBytes(text) {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

/** Bytes to unpadded base64url; undefined stays undefined, so that JSON leaves it out. */
function toText(buffer) {
  if (buffer === null || buffer === undefined) return undefined
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function withBytes(descriptor) {
  return { ...descriptor, id: toBytes(descriptor.id) }
}

async function create(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(withBytes),
  }
  const { id, rawId, type, response } = await navigator.credentials.create({ publicKey })
  const transports = typeof response.getTransports === 'function' ? response.getTransports() : []
  return {
    id,
    rawId: toText(rawId),
    type,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports,
    },
  }
}

async function get(options) {
  const publicKey = { ...options, challenge: toBytes(options.challenge) }
  const { id, rawId, type, response } = await navigator.credentials.get({ publicKey })
  return {
    id,
    rawId: toText(rawId),
    type,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: toText(response.userHandle),
    },
  }
}

/** A problem in our page's own words. */
class PageProblem extends Error {}

/** Asks for options with the token that stands in the form. */
async function askOptions(form) {
  const body = new URLSearchParams({ form: form.elements.namedItem('form').value })
  const response = await window.fetch(form.dataset.options, { method: 'POST', body })
  const answer = await response.json()
  if (!response.ok) throw new PageProblem(answer.problem)
  return answer
}

/** What a person can do about what went wrong (names of exceptions: Web IDL, DOMException). */
function wordsFor(error) {
  if (error.name === 'NotAllowedError' || error.name === 'AbortError')
    return 'No passkey was used; try again'
  if (error.name === 'InvalidStateError')
    return 'This device has a passkey for this account already'
  if (error.name === 'SecurityError') return 'The browser does not allow passkeys at this address'
  return error instanceof PageProblem ? error.message : 'The passkey could not be used; try again'
}

async function run(form) {
  const problem = form.querySelector('[data-passkey-problem]')
  const button = form.querySelector('button')
  problem.hidden = true
  button.disabled = true
  try {
    const { options, challenge } = await askOptions(form)
    const credential = form.dataset.passkey === 'add' ? await create(options) : await get(options)
    form.elements.namedItem('challenge').value = challenge
    form.elements.namedItem('credential').value = JSON.stringify(credential)
    form.submit()
  } catch (error) {
    problem.textContent = wordsFor(error)
    problem.hidden = false
    button.disabled = false
  }
}

if (window.PublicKeyCredential !== undefined) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void run(form)
    })
  }
}
