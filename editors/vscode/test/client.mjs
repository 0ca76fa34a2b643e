// Starts a language server and speaks with it as an editor does: over its standard input and output.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver-protocol/node.js'

export const extension = join(dirname(fileURLToPath(import.meta.url)), '..')
export const project = join(extension, '..', '..')

const patience = 20_000 // milliseconds; what is waited for comes at once

export class Client {
  constructor(command, args, cwd) {
    this.process = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
    this.errors = ''
    this.process.stderr.on('data', (data) => { this.errors += data })
    this.ended = new Promise((resolve) => this.process.on('exit', resolve))
    this.connection = createProtocolConnection(new StreamMessageReader(this.process.stdout), new StreamMessageWriter(this.process.stdin))
    this.findings = new Map() // uri → the last list
    this.waiting = []
    this.connection.onNotification('textDocument/publishDiagnostics', (p) => {
      this.findings.set(p.uri, p.diagnostics)
      this.waiting = this.waiting.filter((wait) => !wait(p))
    })
    this.connection.onRequest('workspace/configuration', ({ items }) => items.map(({ section }) => this.settings?.[section] ?? null))
    this.connection.onRequest('client/registerCapability', () => null)
    this.connection.listen()
  }

  async initialize(folder, settings, capabilities = {}) {
    this.settings = settings
    const uri = pathToFileURL(folder).href
    const result = await this.connection.sendRequest('initialize', {
      processId: process.pid, rootUri: uri, workspaceFolders: [{ uri, name: 'flows' }],
      capabilities: {
        textDocument: {
          completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
          hover: { contentFormat: ['markdown'] }, publishDiagnostics: { relatedInformation: true },
        },
        workspace: { configuration: true, workspaceFolders: true },
        ...capabilities,
      },
    })
    await this.connection.sendNotification('initialized', {})
    if (settings) await this.connection.sendNotification('workspace/didChangeConfiguration', { settings })
    return result
  }

  // next waits for the next findings of a file.
  next(uri) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no findings come for ${uri}\n${this.errors}`)), patience)
      this.waiting.push((p) => {
        if (p.uri !== uri) return false
        clearTimeout(timer)
        resolve(p.diagnostics)
        return true
      })
    })
  }

  // open opens a text and returns its findings.
  async open(uri, text) {
    const findings = this.next(uri)
    await this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } })
    return findings
  }

  async change(uri, version, text) {
    const findings = this.next(uri)
    await this.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] })
    return findings
  }

  async close(uri) { await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } }) }

  request(method, uri, position) { return this.connection.sendRequest(method, { textDocument: { uri }, position }) }

  // stop ends the server and returns its exit code.
  async stop() {
    await this.connection.sendRequest('shutdown')
    await this.connection.sendNotification('exit')
    const code = await this.ended
    this.connection.dispose()
    return code
  }
}

// cut takes the cursor, written ¦, out of a text.
export function cut(marked) {
  const before = marked.slice(0, marked.indexOf('¦')).split('\n')
  return [marked.replace('¦', ''), { line: before.length - 1, character: before.at(-1).length }]
}
