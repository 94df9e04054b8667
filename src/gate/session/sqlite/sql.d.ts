// Migration files are imported as text, so that they are part of the one binary.
declare module '*.sql' {
  const text: string
  export default text
}
