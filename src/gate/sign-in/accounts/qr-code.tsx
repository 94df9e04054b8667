// A QR code (ISO/IEC 18004) as SVG within the page: nothing is loaded, nothing leaves.
import type { VNode } from 'preact'
import qrcode from 'qrcode-generator'

/** White modules around the code that readers need (ISO/IEC 18004 section 5.3.8). */
const quietModules = 4
const pixelsPerModule = 4

/** The code for `text`, at most about two thousand bytes. Always dark on white: readers need that. */
export function QrCode({ text, label }: { text: string; label: string }): VNode {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const count = code.getModuleCount()
  const size = count + 2 * quietModules
  let path = ''
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; column++)
      if (code.isDark(row, column))
        path += `M${column + quietModules} ${row + quietModules}h1v1h-1z`
  return (
    <svg
      role="img"
      aria-label={label}
      width={size * pixelsPerModule}
      height={size * pixelsPerModule}
      viewBox={`0 0 ${size} ${size}`}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}
