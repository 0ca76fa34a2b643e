import { execFile } from 'node:child_process'
import { basename, extname } from 'node:path'
import { promisify } from 'node:util'
import * as vscode from 'vscode'
import { LanguageClient } from 'vscode-languageclient/node'
import { message, page } from './picture'
import { command, serverArguments, type Settings } from './server'

const run = promisify(execFile)
const drawTime = 10_000 // milliseconds
const drawBytes = 16 << 20

let client: LanguageClient | undefined
let panel: vscode.WebviewPanel | undefined
let drawn: vscode.Uri | undefined

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand('relevo.draw', draw),
    vscode.commands.registerCommand('relevo.restart', restart),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (panel !== undefined && document.uri.toString() === drawn?.toString()) void redraw()
    }),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (e.affectsConfiguration('relevo.path') || e.affectsConfiguration('relevo.config')) void restart()
    }),
  )
  await start()
}

export async function deactivate(): Promise<void> {
  await client?.stop()
}

function settings(): Settings {
  const values = vscode.workspace.getConfiguration('relevo')
  return { path: values.get('path', 'relevo'), config: values.get('config', '') }
}

function folder(): string {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd()
}

// start starts the language server. Without the program the schema still completes keys, where an extension for YAML is there.
async function start(): Promise<void> {
  const cwd = folder()
  const schema = vscode.extensions.getExtension('redhat.vscode-yaml') === undefined // else that one completes the keys
  client = new LanguageClient(
    'relevo', 'Relevo',
    { command: command(settings(), cwd), args: serverArguments(settings()), options: { cwd } },
    {
      documentSelector: [{ scheme: 'file', language: 'yaml' }, { scheme: 'untitled', language: 'yaml' }, { scheme: 'file', language: 'javascript', pattern: '**/scripts/*.js' }],
      initializationOptions: { schema },
    },
  )
  try {
    await client.start()
  } catch {
    client = undefined
    void offerPath()
  }
}

async function offerPath(): Promise<void> {
  const open = 'Open settings'
  const chosen = await vscode.window.showErrorMessage(`Relevo can not be started as "${settings().path}". Say under relevo.path where the program is.`, open)
  if (chosen === open) await vscode.commands.executeCommand('workbench.action.openSettings', 'relevo.path')
}

async function restart(): Promise<void> {
  await client?.stop()
  client = undefined
  await start()
}

// draw shows the flow of the editor, as it was saved, in a panel beside it. The panel follows when the file is saved.
async function draw(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document
  if (document === undefined || document.uri.scheme !== 'file' || extname(document.uri.fsPath) !== '.yaml') {
    void vscode.window.showInformationMessage('Open a flow file to draw it.')
    return
  }
  drawn = document.uri
  if (panel === undefined) {
    panel = vscode.window.createWebviewPanel('relevo.drawing', 'Flow', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, { enableScripts: false, localResourceRoots: [] })
    panel.onDidDispose(() => { panel = undefined })
  }
  await redraw()
}

async function redraw(): Promise<void> {
  if (panel === undefined || drawn === undefined) return
  const file = drawn.fsPath
  panel.title = basename(file)
  panel.webview.html = await drawing(file)
}

async function drawing(file: string): Promise<string> {
  const cwd = folder()
  try {
    const { stdout } = await run(command(settings(), cwd), ['draw', file, '--format', 'svg'], { cwd, timeout: drawTime, maxBuffer: drawBytes })
    return page(stdout, basename(file))
  } catch (error) {
    const stderr = (error as { stderr?: string }).stderr
    return message(stderr || `Relevo can not be started as "${settings().path}".`)
  }
}
