import {loadConfig, formatMistake} from './src/config.ts'
import {realFiles} from './src/world/files.ts'
const r = await loadConfig({files: realFiles(), file: process.argv[2]!, withSecrets: true})
if (!r.ok) for (const m of r.error) console.log(formatMistake('f.yaml', m)); else console.log(JSON.stringify(r.value, null, 1))
