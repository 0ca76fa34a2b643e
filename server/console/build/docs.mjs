// Puts the API browser into dist/docs: the files of swagger-ui-dist that a page needs, and our own page and script, because the
// package's own page has an inline style and a remote example. Also restores dist/.gitkeep, which the build empties away: the Go
// package embeds the folder and must compile without it being built.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const target = join(root, 'dist', 'docs')

mkdirSync(target, { recursive: true })
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'LICENSE', 'NOTICE']) {
  copyFileSync(join(swagger, file), join(target, file))
}
for (const file of ['index.html', 'init.js', 'page.css']) {
  copyFileSync(join(root, 'docs', file), join(target, file))
}
writeFileSync(join(root, 'dist', '.gitkeep'), '')
