import { isAbsolute, join } from 'node:path'

// Settings are what people configure under relevo.*.
export interface Settings { path: string; config: string }

// command is how relevo is started: a bare name is looked up in PATH, a relative path begins in the workspace folder.
export function command(settings: Settings, folder: string): string {
  const path = settings.path || 'relevo'
  return isAbsolute(path) || !/[\\/]/.test(path) ? path : join(folder, path)
}

// serverArguments are those of the language server.
export function serverArguments(settings: Settings): string[] {
  return settings.config === '' ? ['lsp'] : ['lsp', '--config', settings.config]
}
