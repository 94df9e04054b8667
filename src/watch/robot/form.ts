// Forms of a sign-in page: found in the HTML, and filled in as a person would.

/** One field of a form. */
interface Field {
  readonly name: string
  readonly type: string
  readonly value: string
  readonly isChecked: boolean
}

/** A form as it stands in a page. */
export interface Form {
  readonly action: string
  readonly method: 'get' | 'post'
  readonly fields: readonly Field[]
}

/** Who fills it in. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

/** Forms, and fields of one form, at most; a page with more is no sign-in page. */
const formsMax = 20
const fieldsMax = 100

interface OpenForm {
  readonly id: string
  readonly action: string
  readonly method: 'get' | 'post'
  readonly fields: Field[]
}

/** The forms of a page, hidden ones (attribute `hidden`) left out. Takes any text. */
export async function readForms(html: string): Promise<readonly Form[]> {
  const forms: OpenForm[] = []
  let open: OpenForm | null = null
  const rewriter = new HTMLRewriter()
    .on('form', {
      element: (element) => {
        if (forms.length >= formsMax || element.hasAttribute('hidden')) return
        const method = element.getAttribute('method')?.toLowerCase() === 'post' ? 'post' : 'get'
        const read = (name: string): string => decode(element.getAttribute(name) ?? '')
        const form: OpenForm = { id: read('id'), action: read('action'), method, fields: [] }
        open = form
        forms.push(form)
        element.onEndTag(() => {
          if (open === form) open = null
        })
      },
    })
    .on('input, button', {
      element: (element) => {
        const owner = element.getAttribute('form')
        // A field may stand outside and name its form (HTML section 4.10.17.3).
        const form = owner === null ? open : (forms.find(({ id }) => id === decode(owner)) ?? null)
        if (form === null || form.fields.length >= fieldsMax) return
        const isButton = element.tagName === 'button'
        form.fields.push({
          name: decode(element.getAttribute('name') ?? ''),
          type: (element.getAttribute('type') ?? (isButton ? 'submit' : 'text')).toLowerCase(),
          value: decode(element.getAttribute('value') ?? ''),
          isChecked: element.hasAttribute('checked'),
        })
      },
    })
  await rewriter.transform(new Response(html)).text()
  return forms
}

/** What a form asks for. */
export type FormKind =
  /** A name, perhaps with a password. */
  | 'credentials'
  /** Nothing but a click: consent, sign-out, a form that posts itself. */
  | 'confirmation'
  /** Something that the robot does not know. */
  | 'other'

/** Fields that a person types a name into. */
const nameTypes = new Set(['text', 'email', 'tel', 'search'])
const quietTypes = new Set(['hidden', 'submit', 'button', 'checkbox', 'radio', 'reset', 'image'])

/** Says what a form asks for. */
export function kindOf({ fields }: Form): FormKind {
  const asks = fields.filter(({ type }) => !quietTypes.has(type))
  if (asks.length === 0) return 'confirmation'
  const names = asks.filter(({ type }) => nameTypes.has(type)).length
  const passwords = asks.filter(({ type }) => type === 'password').length
  return names + passwords === asks.length && names <= 1 && passwords <= 1 ? 'credentials' : 'other'
}

/** The form as it is sent (`application/x-www-form-urlencoded`), filled in. */
export function fill({ fields }: Form, { password, user }: Credentials): string {
  const sent = new URLSearchParams()
  let isClicked = false
  for (const { isChecked, name, type, value } of fields) {
    if (name === '') continue
    if (type === 'password') sent.append(name, password)
    else if (nameTypes.has(type)) sent.append(name, user)
    else if (type === 'hidden') sent.append(name, value)
    else if (type === 'submit' && !isClicked) {
      isClicked = true
      sent.append(name, value)
    } else if ((type === 'checkbox' || type === 'radio') && isChecked)
      sent.append(name, value === '' ? 'on' : value)
  }
  return sent.toString()
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
}

/** Character references of an attribute (HTML section 13.5); unknown ones stay as they are. */
function decode(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,6}));/g,
    (whole, ...found) => {
      const [decimal, hex, name] = found as readonly (string | undefined)[]
      if (name !== undefined) return named[name] ?? whole
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
      return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole
    },
  )
}
