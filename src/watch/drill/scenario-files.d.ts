// Files of drills, imported as text (`with { type: 'text' }`), so that they are part of the binary.
declare module '*/scenarios/*.yaml' {
  const text: string
  export default text
}
