// Builds the extension: one file out of src, and the schemas beside it. Both are made, not committed.
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(fileURLToPath(import.meta.url))
const project = join(root, '..', '..')

mkdirSync(join(root, 'schemas'), { recursive: true })
for (const schema of ['flow.schema.json', 'commands.schema.json']) {
  copyFileSync(join(project, 'flows', schema), join(root, 'schemas', schema))
}
copyFileSync(join(project, 'LICENSE'), join(root, 'LICENSE'))
await build({
  absWorkingDir: root, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js',
  bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], minify: true, logLevel: 'warning',
})
