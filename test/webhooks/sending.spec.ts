import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { Outgoing } from '../../src/platform/outgoing/outgoing.js';
import { Resolver } from '../../src/platform/outgoing/resolver.js';
import { speaking, wordsOf } from '../../src/platform/language/speaking.js';
import { testConfig } from '../support/app.js';

/** Answers with what it was given, and remembers what it was asked. */
class Names extends Resolver {
  asked: string[] = [];
  constructor(private readonly answers: string[][]) {
    super();
  }

  addresses(host: string): Promise<string[]> {
    this.asked.push(host);
    return Promise.resolve(this.answers[Math.min(this.asked.length, this.answers.length) - 1]!);
  }
}

let answer: RequestListener;
let asked: { path?: string; host?: string; method?: string; body: string }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    asked.push({ path: request.url, host: request.headers.host, method: request.method, body });
    answer(request, response);
  });
});
const sockets = new Set<Socket>();
let port: number;
beforeAll(async () => {
  server.on('connection', (socket) =>
    sockets.add(socket.on('close', () => sockets.delete(socket))),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  asked = [];
});
afterAll(() => {
  server.close();
});

const message = { body: '{"type":"webhook.test"}', headers: { 'webhook-id': 'msg_1' } };
const lenient = { WEBHOOK_HTTP: 'on', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' };

/** With as many answers of the name server as are given; the last one stays. */
function outgoing(settings: Record<string, string>, ...answers: string[][]) {
  const names = new Names(answers);
  const sender = new Outgoing(names, testConfig(settings));
  sender.patience = 1_000;
  return { sender, names };
}

describe('a message to an address of a user (H7)', () => {
  test('goes to the address that was looked at, under the name that was given', async () => {
    answer = (_, response) => response.writeHead(204).end();
    const { sender, names } = outgoing(lenient, ['127.0.0.1']);
    const sent = await sender.toUser(`http://hooks.example.org:${port}/keyturn?a=b`, message);
    expect(sent).toEqual({ status: 204, fault: null, milliseconds: expect.any(Number) });
    expect(names.asked).toEqual(['hooks.example.org']);
    expect(asked).toEqual([
      {
        path: '/keyturn?a=b',
        host: `hooks.example.org:${port}`,
        method: 'POST',
        body: message.body,
      },
    ]);
  });

  test.each([
    ['a name that leads inside', 'http://hooks.example.org:PORT/', ['127.0.0.1']],
    [
      'a name of which one address leads inside',
      'http://hooks.example.org:PORT/',
      ['1.1.1.1', '127.0.0.1'],
    ],
    ['a name of a mapped address', 'http://hooks.example.org:PORT/', ['::ffff:127.0.0.1']],
    ['a name that nobody knows', 'http://hooks.example.org:PORT/', []],
    ['an address', 'http://127.0.0.1:PORT/', []],
    ['an address as a number', 'http://2130706433:PORT/', []],
    ['the name of this machine', 'http://localhost:PORT/', ['127.0.0.1', '::1']],
  ])('does not leave for %s', async (_, address, addresses) => {
    answer = (_request, response) => response.end();
    const { sender } = outgoing({ WEBHOOK_HTTP: 'on' }, addresses);
    const target = address.replace('PORT', String(port));
    expect(await sender.toUser(target, message)).toMatchObject({ status: null, fault: 'address' });
    const problem = await sender.problemOf(target);
    expect(speaking('en', () => wordsOf(problem!))).toMatch(/not public/);
    expect(asked).toEqual([]);
  });

  test('does not leave without TLS where the settings do not say so', async () => {
    const { sender } = outgoing({ WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' }, ['127.0.0.1']);
    const sent = await sender.toUser(`http://hooks.example.org:${port}/`, message);
    expect(sent).toMatchObject({ status: null, fault: 'address' });
    expect(asked).toEqual([]);
  });

  test('connects to what was looked at, whatever the name server says a moment later', async () => {
    answer = (_, response) => response.writeHead(200).end();
    const { sender, names } = outgoing(lenient, ['127.0.0.1'], ['127.0.0.2']);
    const sent = await sender.toUser(`http://hooks.example.org:${port}/`, message);
    expect(sent.status).toBe(200);
    expect(names.asked).toHaveLength(1);
    // By now the name leads elsewhere: where nothing may go.
    expect(await sender.toUser(`http://hooks.example.org:${port}/`, message)).toMatchObject({
      fault: 'address',
    });
    expect(asked).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])('follows no redirect (%i)', async (status) => {
    answer = (_, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
    const { sender } = outgoing(lenient, ['127.0.0.1']);
    expect(await sender.toUser(`http://hooks.example.org:${port}/`, message)).toMatchObject({
      status,
    });
    expect(asked.map(({ path }) => path)).toEqual(['/']);
  });

  test('reads a few kB of an answer and hangs up', async () => {
    let written = 0;
    answer = (_, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    };
    const { sender } = outgoing(lenient, ['127.0.0.1']);
    sender.patience = 60_000;
    const closed = new Promise<void>((done) => {
      server.once('connection', (socket: Socket) => socket.once('close', () => done()));
    });
    const sent = await sender.toUser(`http://hooks.example.org:${port}/`, message);
    expect(sent.status).toBe(200);
    await closed;
    expect(written).toBeLessThan(20_000_000);
  });

  test('takes the status of an answer that never ends, when patience does', async () => {
    answer = (_, response) => response.writeHead(202).write('x');
    const { sender } = outgoing(lenient, ['127.0.0.1']);
    sender.patience = 300;
    const sent = await sender.toUser(`http://hooks.example.org:${port}/`, message);
    expect(sent.status).toBe(202);
    expect(sent.milliseconds).toBeGreaterThanOrEqual(290);
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ['says nothing', () => undefined, 'timeout'],
    ['sends half a head', (socket) => socket.write('HTTP/1.1 200 OK\r\nA: '), 'timeout'],
    [
      'sends one interim answer after the other',
      (socket) => {
        const more = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 10);
        socket.on('close', () => clearInterval(more));
      },
      'timeout',
    ],
    ['hangs up', (socket) => socket.destroy(), 'broken'],
    ['speaks another language', (socket) => socket.end('220 mail ready\r\n'), 'broken'],
    [
      'has a head of 100 kB',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(100_000)}`),
      'broken',
    ],
    [
      'wants to change protocols',
      (socket) =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
        ),
      'broken',
    ],
  ])('gives up a server that %s', async (_, behave, fault) => {
    const rude = createSocketServer((socket) => {
      socket.on('error', () => undefined);
      behave(socket);
    });
    await new Promise<void>((done) => rude.listen(0, '127.0.0.1', done));
    const { sender } = outgoing(lenient, ['127.0.0.1']);
    sender.patience = 300;
    const { port: at } = rude.address() as AddressInfo;
    const sent = await sender.toUser(`http://hooks.example.org:${at}/`, message);
    expect(sent).toMatchObject({ status: null, fault });
    rude.close();
  });

  test('gives up where nobody listens, where there is no TLS, and a name server that keeps silent', async () => {
    const { sender } = outgoing(lenient, ['127.0.0.1']);
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port: nobody } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    expect(await sender.toUser(`http://hooks.example.org:${nobody}/`, message)).toMatchObject({
      fault: 'refused',
    });
    expect(await sender.toUser(`https://hooks.example.org:${port}/`, message)).toMatchObject({
      fault: 'tls',
    });
    const silent = new Outgoing(
      { addresses: () => new Promise((done) => setTimeout(done, 60_000, []).unref()) },
      testConfig(lenient),
    );
    silent.patience = 200;
    expect(await silent.toUser('http://hooks.example.org/', message)).toMatchObject({
      fault: 'timeout',
    });
  });
});
