// Files that are imported as text (`with { type: 'text' }`), so that they are part of the binary.
declare module '*.css' {
  const text: string
  export default text
}
declare module '*.svg' {
  const text: string
  export default text
}
declare module '*/passkey.js' {
  const text: string
  export default text
}
