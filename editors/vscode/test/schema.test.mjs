// The schemas of flows and commands under the real yaml-language-server: what people get in any editor that has one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Client, cut, project } from './client.mjs'

const flows = join(project, 'flows')
const line = '# yaml-language-server: $schema=flow.schema.json\n'
const program = join(dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json')), 'bin', 'yaml-language-server')
const uri = (name) => pathToFileURL(join(flows, name)).href

// head is a whole flow up to its states.
const head = `${line}flow: hello
title: Say hello
languages: [en, es]
slots:
  name: {type: text}
initial: a
`

let client
let files = 0

before(async () => {
  client = new Client(process.execPath, [program, '--stdio'], flows)
  await client.initialize(flows, { yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false } }, '[yaml]': {}, editor: {}, files: {}, http: {} })
})
after(async () => { assert.equal(await client.stop(), 0) })

// opened opens a text with a cursor under a name of its own.
async function opened(marked) {
  const [text] = cut(marked)
  const at = uri(`test_${files++}.yaml`)
  return { at, findings: await client.open(at, text) }
}

// asked opens a text and asks at its cursor, without waiting for findings.
async function asked(method, marked) {
  const [text, position] = cut(marked)
  const at = uri(`test_${files++}.yaml`)
  await client.connection.sendNotification('textDocument/didOpen', { textDocument: { uri: at, languageId: 'yaml', version: 1, text } })
  const answer = await client.request(method, at, position)
  await client.close(at)
  return answer
}

async function completions(marked) {
  const list = await asked('textDocument/completion', marked)
  return list.items ?? list
}

async function hovered(marked) {
  const hover = await asked('textDocument/hover', marked)
  return hover?.contents.value ?? ''
}

describe('completion', () => {
  const cases = [
    ['at the top of a new file', `${line}¦`, ['flow', 'title', 'languages', 'triggers', 'slots', 'states', 'on']],
    ['at the top, what is not there yet', `${head}¦`, ['states', 'timezone', 'quiet'], ['flow', 'title', 'initial']],
    ['in a state', `${head}states:\n  a:\n    ¦\n`, ['ask', 'say', 'call', 'wait', 'handoff', 'run', 'end', 'goto', 'on', 'after', 'choices']],
    ['in a handoff', `${head}states:\n  a:\n    handoff:\n      queue: orders\n      ¦\n`, ['outcomes', 'priority', 'summary', 'say'], ['queue']],
    ['in a call', `${head}states:\n  a:\n    call:\n      ¦\n`, ['get', 'post', 'save', 'timeout', 'retries', 'headers', 'body']],
    ['in a wait', `${head}states:\n  a:\n    wait:\n      ¦\n`, ['for', 'until', 'quiet']],
    ['the types of slots', `${line}slots:\n  a:\n    type: ¦\n`, ['text', 'integer', 'yes_no', 'datetime', 'object']],
    ['the types of slots, in braces', `${line}slots:\n  a: {type: ¦}\n`, ['text', 'amount']],
    ['the options of a slot', `${line}slots:\n  a:\n    type: text\n    ¦\n`, ['pattern', 'example', 'min', 'validate'], ['type']],
    ['the events in on', `${head}states:\n  a:\n    on:\n      ¦\n`, ['answered', 'exhausted', 'ok', '404', 'elapsed', 'unavailable', 'script_failed']],
    ['the events in the on of the flow', `${head}on:\n  ¦\n`, ['agent', 'cancel', 'undeliverable']],
    ['an alternative', `${head}states:\n  a:\n    goto:\n      - ¦\n`, ['when', 'set', 'goto']],
    ['an alternative of an event', `${head}states:\n  a:\n    on:\n      answered:\n        - ¦\n`, ['when', 'set', 'goto']],
    ['messages and languages in say', `${head}states:\n  a:\n    say:\n      ¦\n`, ['en', 'es', 'pt', 'image', 'location', 'link', 'template']],
    ['how choices are shown', `${head}states:\n  a:\n    ask: b\n    as: ¦\n`, ['buttons', 'list', 'text']],
    ['the priority of a handoff', `${head}states:\n  a:\n    handoff:\n      priority: ¦\n`, ['high', 'normal', 'low']],
    ['true and false', `${line}interruptible: ¦\n`, ['true', 'false']],
    ['time zones', `${line}timezone: ¦\n`, ['Europe/Madrid', 'America/Mexico_City']],
    ['triggers', `${line}triggers:\n  - ¦\n`, ['phrases', 'event', 'goto', 'phrases of contacts']],
    ['whole states', `${head}states:\n  ¦\n`, ['question', 'choices', 'call', 'wait', 'handoff', 'run', 'end']],
    ['whole choices', `${head}states:\n  a:\n    choices:\n      ¦\n`, ['two choices']],
    ['times in after', `${head}states:\n  a:\n    after:\n      ¦\n`, ['30m', '1d']],
    ['the file of commands', '# yaml-language-server: $schema=commands.schema.json\n¦', ['commands', 'texts', 'abuse']],
    ['a command', '# yaml-language-server: $schema=commands.schema.json\ncommands:\n  agent:\n    ¦\n', ['en', 'es', 'pt']],
    ['another flow', `${head}states:\n  a:\n    run:\n      ¦\n`, ['flow', 'with', 'save']],
  ]
  for (const [name, text, want, not = []] of cases) {
    test(name, async () => {
      const labels = (await completions(text)).map((item) => item.label)
      for (const label of want) assert.ok(labels.includes(label), `${label} is not offered: ${labels}`)
      for (const label of not) assert.ok(!labels.includes(label), `${label} is offered: ${labels}`)
    })
  }

  test('a key explains itself', async () => {
    const ask = (await completions(`${head}states:\n  a:\n    ¦\n`)).find((item) => item.label === 'ask')
    assert.match(JSON.stringify(ask.documentation), /The slot that gets the contact's answer/)
  })

  test('an event explains itself', async () => {
    const event = (await completions(`${head}states:\n  a:\n    on:\n      ¦\n`)).find((item) => item.label === 'exhausted')
    assert.match(JSON.stringify(event.documentation), /Too many answers to ask were not understood/)
  })

  for (const label of ['question', 'choices', 'call', 'wait', 'handoff', 'run', 'end']) {
    test(`the snippet ${label} is a state that the schema accepts`, async () => {
      const snippet = (await completions(`${head}states:\n  ¦\n`)).find((item) => item.label === label)
      const state = (snippet.textEdit?.newText ?? snippet.insertText).replace(/\$\{\d+:([^}]*)\}|\$\d+/g, '$1')
      const { at, findings } = await opened(`${head}states:\n  a: {end: b}\n  ${state.replaceAll('\n', '\n  ').replaceAll('\n    \n', '\n')}\n¦`)
      await client.close(at)
      assert.deepEqual(findings, [], state)
    })
  }
})

describe('hover', () => {
  const cases = [
    ['a key of the file', `${head}qui¦et: "21:00-09:00"\n`, /When nothing is sent that only time has caused/],
    ['a key of a state', `${head}states:\n  a:\n    han¦doff: {queue: b, outcomes: [c]}\n`, /Hands the conversation over to people/],
    ['the events of a state', `${head}states:\n  a:\n    o¦n: {exhausted: b}\n`, /What follows an event: answered, exhausted/],
    ['a value', `${head}states:\n  a:\n    ask: name\n    atte¦mpts: 2\n`, /How many answers may be not understood/],
    ['the name of a state', `${head}states:\n  a¦b:\n    end: c\n`, /In this order: set, say/],
    ['an example', `${line}key: order¦_id\n`, /appointment\.id/],
  ]
  for (const [name, text, want] of cases) {
    test(name, async () => { assert.match(await hovered(text), want) })
  }
})

describe('errors', () => {
  const whole = `${head}states:\n  a:\n    say: {en: Hello, es: Hola}\n    end: greeted\n`
  // A mistake, and the line of its finding, from 0.
  const cases = [
    ['a wrong key', whole.replace('    end:', '    ends:'), 10, /ends is not allowed/],
    ['a key of another place', whole.replace('initial: a', 'initial: a\nqueue: orders'), 7, /queue is not allowed/],
    ['a wrong type', whole.replace('[en, es]', 'en'), 3, /Expected.*array/],
    ['a value that is none of the list', whole.replace('type: text', 'type: string'), 5, /Value is not accepted/],
    ['a name that is none', whole.replace('initial: a', 'initial: The start'), 6, /match the pattern/],
    ['a missing key', whole.replace('title: Say hello\n', ''), 1, /Missing property "title"/],
    ['a time that is none', whole.replace('    end: greeted', '    ask: name\n    after: {15 minutes: a}'), 11, /15 minutes is not allowed/],
    ['a key without its partner', whole.replace('    end: greeted', '    end: greeted\n    attempts: 3'), 9, /attempts|ask/],
  ]
  test('nothing in a good flow', async () => {
    const { at, findings } = await opened(`${whole}¦`)
    await client.close(at)
    assert.deepEqual(findings, [])
  })
  for (const [name, text, at, want] of cases) {
    test(name, async () => {
      const { at: file, findings } = await opened(`${text}¦`)
      await client.close(file)
      assert.ok(findings.length > 0, 'nothing was found')
      assert.ok(findings.some((f) => f.range.start.line === at && want.test(f.message)), JSON.stringify(findings.map((f) => [f.range.start.line, f.message])))
    })
  }
})

describe('the shipped files have no errors', () => {
  for (const name of ['order_tracking', 'appointment_reminder', 'payment_alert', 'security_alert', 'commands']) {
    test(name, async () => {
      const text = readFileSync(join(flows, `${name}.yaml`), 'utf8')
      assert.match(text, /^# yaml-language-server: \$schema=/m)
      assert.deepEqual(await client.open(uri(`${name}.yaml`), text), [])
    })
  }
})
