// Asks yaml-language-server, as an editor would, about a config.
//
//   node language_server.mjs SERVER FILE [LINE:COLUMN ...]
//
// SERVER is the server's program, FILE a config that names its schema in its first line. Prints one JSON object: the
// diagnostics of the file, and for each place (counted from 1) what is completed there and what is shown on hovering.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const [server, file, ...places] = process.argv.slice(2);
const uri = pathToFileURL(resolve(file)).href;
const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });

let input = Buffer.alloc(0);
let lastId = 0;
const answers = new Map(); // of requests that wait for theirs
let tellDiagnostics;
const diagnostics = new Promise((resolvePromise) => { tellDiagnostics = resolvePromise; });

function send(message) {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function request(method, params) {
  const id = ++lastId;
  send({ id, method, params });
  return new Promise((resolvePromise) => answers.set(id, resolvePromise));
}

// Nothing is fetched: the server must do with the schema that the file names.
const settings = { yaml: { schemaStore: { enable: false }, validate: true, completion: true, hover: true } };

function take(message) {
  if (message.method === 'workspace/configuration') {
    send({ id: message.id, result: message.params.items.map((item) => settings[item.section] ?? {}) });
  } else if (message.method === 'textDocument/publishDiagnostics' && message.params.uri === uri) {
    tellDiagnostics(message.params.diagnostics);
  } else if (message.method !== undefined && message.id !== undefined) {
    send({ id: message.id, result: null });
  } else if (answers.has(message.id)) {
    answers.get(message.id)(message.result);
  }
}

child.stdout.on('data', (bytes) => {
  input = Buffer.concat([input, bytes]);
  for (;;) {
    const end = input.indexOf('\r\n\r\n');
    const length = end < 0 ? null : /Content-Length: (\d+)/i.exec(input.subarray(0, end).toString());
    if (!length || input.length < end + 4 + Number(length[1])) {
      return;
    }
    const body = input.subarray(end + 4, end + 4 + Number(length[1]));
    input = input.subarray(end + 4 + Number(length[1]));
    take(JSON.parse(body.toString()));
  }
});

await request('initialize', {
  processId: process.pid,
  rootUri: null,
  capabilities: { workspace: { configuration: true }, textDocument: { completion: {}, hover: {} } },
});
send({ method: 'initialized', params: {} });
send({ method: 'workspace/didChangeConfiguration', params: { settings } });
send({
  method: 'textDocument/didOpen',
  params: { textDocument: { uri, languageId: 'yaml', version: 1, text: readFileSync(file, 'utf8') } },
});

const result = { diagnostics: [], places: {} };
for (const found of await diagnostics) {
  result.diagnostics.push({ line: found.range.start.line + 1, message: found.message });
}
for (const place of places) {
  const [line, column] = place.split(':').map(Number);
  const where = { textDocument: { uri }, position: { line: line - 1, character: column - 1 } };
  const completion = await request('textDocument/completion', where);
  const hover = await request('textDocument/hover', where);
  const items = Array.isArray(completion) ? completion : completion?.items ?? [];
  result.places[place] = { completion: items.map((item) => item.label), hover: hover?.contents?.value ?? '' };
}
console.log(JSON.stringify(result, null, 2));
child.kill();
