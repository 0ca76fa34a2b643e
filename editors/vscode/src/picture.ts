import { randomBytes } from 'node:crypto'

// page is the document of a webview that shows a drawing. Its policy allows the page's own style and nothing else: no script, no request. The
// drawing is an image, so that nothing in it can run.
export function page(svg: string, title: string): string {
  const nonce = randomBytes(16).toString('base64')
  const image = `data:image/svg+xml;base64,${Buffer.from(svg, 'utf8').toString('base64')}`
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'nonce-${nonce}'">
<title>${escape(title)}</title>
<style nonce="${nonce}">body { margin: 0; padding: 1rem; background: #fff } img { max-width: 100% }</style>
</head>
<body><img alt="${escape(title)} as a state machine" src="${image}"></body>
</html>
`
}

// message is the document of a webview that has no drawing to show.
export function message(text: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>Relevo</title></head>
<body><pre>${escape(text)}</pre></body>
</html>
`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}
