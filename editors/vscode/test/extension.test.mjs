// The extension as it is packed: what package.json promises is there, the bundle needs nothing but the editor, and what it starts is the server.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { Client, extension, project } from './client.mjs'

const relevo = process.env.RELEVO ?? join(project, 'bin', 'relevo')
const manifest = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'))
const source = readFileSync(join(extension, 'src', 'extension.ts'), 'utf8')

// load runs a source file that does not need the editor.
async function load(file) {
  const { outputFiles } = await build({ absWorkingDir: extension, entryPoints: [`src/${file}.ts`], bundle: true, write: false, format: 'esm', platform: 'node' })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`)
}

test('files that the manifest names are there', () => {
  for (const file of [manifest.main, ...manifest.contributes.yamlValidation.map((v) => v.url)]) {
    assert.ok(existsSync(join(extension, file)), file)
  }
})

test('the schemas are those of the program', () => {
  for (const { url } of manifest.contributes.yamlValidation) {
    assert.equal(readFileSync(join(extension, url), 'utf8'), readFileSync(join(project, 'flows', url.split('/').at(-1)), 'utf8'))
  }
})

test('every command is registered, and every setting is read', () => {
  for (const { command } of manifest.contributes.commands) assert.ok(source.includes(`registerCommand('${command}'`), command)
  for (const registered of source.matchAll(/registerCommand\('([^']+)'/g)) assert.ok(manifest.contributes.commands.some((c) => c.command === registered[1]), registered[1])
  for (const key of Object.keys(manifest.contributes.configuration.properties)) {
    assert.ok(key === 'relevo.trace.server' || source.includes(`'${key.replace('relevo.', '')}'`), key) // the client library reads the trace
  }
})

test('the types are those of the oldest editor that is promised', () => {
  assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode']}`)
})

test('the bundle needs nothing but the editor and node', async () => {
  const { metafile } = await build({ absWorkingDir: extension, entryPoints: ['src/extension.ts'], bundle: true, write: false, metafile: true, format: 'cjs', platform: 'node', external: ['vscode'], outfile: 'x.js' })
  const needed = metafile.outputs['x.js'].imports.filter((i) => i.external).map((i) => i.path.replace(/^node:/, '').split('/')[0])
  assert.ok(needed.includes('vscode'))
  for (const name of needed) assert.ok(name === 'vscode' || builtinModules.includes(name), name)
})

test('the package holds the extension and nothing else', () => {
  const out = join(extension, 'test.vsix')
  const vsce = join(extension, 'node_modules', '@vscode', 'vsce', 'vsce')
  execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', out], { cwd: extension, stdio: 'pipe' })
  assert.ok(existsSync(out))
  rmSync(out)
  const files = execFileSync(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: extension, encoding: 'utf8' }).trim().split('\n').sort()
  assert.deepEqual(files, ['LICENSE', 'README.md', 'dist/extension.js', 'package.json', 'schemas/commands.schema.json', 'schemas/flow.schema.json'])
})

test('the command that the extension starts is the language server', async () => {
  const { command, serverArguments } = await load('server')
  const client = new Client(command({ path: relevo, config: '' }, project), serverArguments({ path: relevo, config: '' }), project)
  const { serverInfo } = await client.initialize(join(project, 'flows'), undefined)
  assert.equal(serverInfo.name, 'relevo')
  assert.equal(await client.stop(), 0)
})

test('a path is looked up as people expect', async () => {
  const { command, serverArguments } = await load('server')
  assert.equal(command({ path: 'relevo' }, '/shop'), 'relevo')
  assert.equal(command({ path: '' }, '/shop'), 'relevo')
  assert.equal(command({ path: './bin/relevo' }, '/shop'), join('/shop', 'bin', 'relevo'))
  assert.equal(command({ path: '/opt/relevo' }, '/shop'), '/opt/relevo')
  assert.deepEqual(serverArguments({ config: '' }), ['lsp'])
  assert.deepEqual(serverArguments({ config: 'other.yaml' }), ['lsp', '--config', 'other.yaml'])
})

test('a drawing is shown where nothing can run', async () => {
  const { message, page } = await load('picture')
  const svg = execFileSync(relevo, ['draw', 'flows/order_tracking.yaml', '--format', 'svg'], { cwd: project, encoding: 'utf8' })
  assert.match(svg, /^<svg/)
  const html = page(svg, '<b>.yaml')
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'nonce-[^']+'"/)
  assert.ok(!html.includes('<script') && !html.includes('<b>') && !html.includes('<svg'))
  assert.ok(html.includes(Buffer.from(svg).toString('base64')))
  assert.match(message('a <b> "c"'), /<pre>a &#60;b&#62; &#34;c&#34;<\/pre>/)
})
