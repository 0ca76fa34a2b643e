// relevo lsp, the real program, driven by the client library of editors. It needs bin/relevo, or RELEVO with the path of another one.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Client, cut, project } from './client.mjs'

const relevo = process.env.RELEVO ?? join(project, 'bin', 'relevo')

let client
let folder
let version = 1
let initialized
const uri = () => pathToFileURL(join(folder, 'flows', 'order_tracking.yaml')).href
const text = readFileSync(join(project, 'flows', 'order_tracking.yaml'), 'utf8')

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-'))
  cpSync(join(project, 'flows', 'order_tracking.yaml'), join(folder, 'flows', 'order_tracking.yaml'))
  cpSync(join(project, 'flows', 'commands.yaml'), join(folder, 'flows', 'commands.yaml'))
  cpSync(join(project, 'scripts', 'orders.js'), join(folder, 'scripts', 'orders.js'))
  client = new Client(relevo, ['lsp'], folder)
  initialized = await client.initialize(folder, undefined)
  assert.deepEqual(await client.open(uri(), text), [], 'a shipped flow has findings')
})
after(async () => {
  assert.equal(await client.stop(), 0)
  assert.equal(client.errors, '')
  rmSync(folder, { recursive: true })
})

// edited puts a text with a cursor in place and returns the cursor and the findings.
async function edited(marked) {
  const [body, position] = cut(marked)
  return { position, findings: await client.change(uri(), ++version, body) }
}

test('the server says what it can', () => {
  const can = initialized.capabilities
  for (const what of ['definitionProvider', 'referencesProvider', 'documentSymbolProvider', 'renameProvider', 'hoverProvider', 'codeActionProvider', 'completionProvider']) {
    assert.ok(can[what], what)
  }
  assert.equal(can.positionEncoding, 'utf-16')
  assert.equal(initialized.serverInfo.name, 'relevo')
})

test('a finding comes within a second, and goes when it is mended', async () => {
  const begin = performance.now()
  const { findings } = await edited(text.replace('answered: find_order', 'answered: find_ordr'))
  assert.ok(performance.now() - begin < 10_000, 'the promise is a second; a machine under test may be slow')
  assert.equal(findings.length, 1)
  assert.equal(findings[0].code, 'unknown-state')
  assert.match(findings[0].message, /no state is named "find_ordr"\nhint: did you mean "find_order"/)
  const actions = await client.connection.sendRequest('textDocument/codeAction', { textDocument: { uri: uri() }, range: findings[0].range, context: { diagnostics: findings } })
  assert.equal(actions[0].title, 'Write "find_order"')
  assert.deepEqual((await edited(text)).findings, [])
})

test('a way leads to its state', async () => {
  const { position } = await edited(text.replace('answered: find_order', 'answered: find¦_order'))
  const [place] = await client.request('textDocument/definition', uri(), position)
  assert.equal(place.uri, uri())
  assert.equal(text.split('\n')[place.range.start.line], '  find_order:')
})

test('a function leads into its script', async () => {
  const { position } = await edited(text.replace('orders.describe(order', 'orders.desc¦ribe(order'))
  const [place] = await client.request('textDocument/definition', uri(), position)
  assert.match(place.uri, /scripts\/orders\.js$/)
  const hover = await client.request('textDocument/hover', uri(), position)
  assert.match(hover.contents.value, /orders\.describe\(/)
})

test('states are completed while the file is broken', async () => {
  const { position } = await edited(text.replace('on: {answered: find_order, exhausted: to_agent}', 'on: {answered: ¦'))
  const { items } = await client.request('textDocument/completion', uri(), position)
  assert.ok(items.some((item) => item.label === 'find_order' && item.detail === 'calls another system'))
})

test('a state gets a new name everywhere, and the flow stays right', async () => {
  const { position } = await edited(text.replace('answered: find_order', 'answered: find¦_order'))
  const edit = await client.connection.sendRequest('textDocument/rename', { textDocument: { uri: uri() }, position, newName: 'look_up' })
  const lines = text.split('\n')
  for (const { range, newText } of edit.changes[uri()].toReversed()) {
    const line = lines[range.start.line]
    lines[range.start.line] = line.slice(0, range.start.character) + newText + line.slice(range.end.character)
  }
  const renamed = lines.join('\n')
  assert.ok(!/\bfind_order\b/.test(renamed))
  assert.deepEqual((await edited(renamed)).findings, [])
  await assert.rejects(client.connection.sendRequest('textDocument/rename', { textDocument: { uri: uri() }, position, newName: 'to_agent' }), /there is a state called "to_agent" already/)
})

test('the outline lists states with what they do', async () => {
  await edited(text)
  const symbols = await client.connection.sendRequest('textDocument/documentSymbol', { textDocument: { uri: uri() } })
  const states = symbols.find((s) => s.name === 'states').children
  assert.equal(states.find((s) => s.name === 'ask_order').detail, 'asks order_id')
})

test('an editor that goes away ends the server', async () => {
  const gone = new Client(relevo, ['lsp'], folder)
  await gone.initialize(folder, undefined)
  gone.process.stdin.end()
  assert.equal(await gone.ended, 1)
})
