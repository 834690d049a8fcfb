// The bare framework: `hello` answers a word; `signing` reads a form and signs the same claims as we
// do; `token` also looks a key up by the digest of a value, and leaves everything else out.
import 'reflect-metadata';
import { Controller, Get, HttpCode, Module, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import pg from 'pg';

const connection = process.argv[2] && JSON.parse(process.argv[2]);
const pool = connection && new pg.Pool({ ...connection, max: 8 });
const ids = pool ? (await pool.query('select id from secrets limit 1000')).rows : [];
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const hashKey = randomBytes(32);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const head = encode({ alg: 'ES256', typ: 'at+jwt', kid: randomUUID() });
let asked = 0;

function signed({ client_id, resource }) {
  const iat = Math.floor(Date.now() / 1000);
  const body = encode({
    ...{ iss: 'https://keyturn.example.org', aud: resource, sub: client_id, client_id, iat },
    ...{ exp: iat + 3600, jti: randomUUID(), scope: 'search-match' },
    ...{ secret_id: randomUUID(), organisation_id: randomUUID() },
  });
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' };
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), key).toString('base64url');
  return {
    access_token: `${head}.${body}.${signature}`,
    token_type: 'Bearer',
    expires_in: 3600,
    scope: 'search-match',
    client_secret_expires_at: iat,
  };
}

class Bare {
  hello() {
    return 'hello';
  }
  signing({ body }) {
    return signed(body);
  }
  async token({ body }) {
    createHmac('sha256', hashKey).update(body.client_secret).digest();
    const values = [ids[(asked += 1) % ids.length].id];
    await pool.query({
      name: 'by primary key',
      text: 'select id, application_id, name, expires_at from secrets where id = $1',
      values,
    });
    return signed(body);
  }
}

route(Get, 'hello');
route(Post, 'signing');
route(Post, 'token');
Controller()(Bare);

/** What `@Post('name') name(@Req() request)` does, in plain JavaScript. */
function route(method, name) {
  const descriptor = Object.getOwnPropertyDescriptor(Bare.prototype, name);
  method(name)(Bare.prototype, name, descriptor);
  HttpCode(200)(Bare.prototype, name, descriptor);
  if (method === Post) Req()(Bare.prototype, name, 0);
}

class App {}
Module({ controllers: [Bare] })(App);
const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
console.log(JSON.stringify({ url: await app.getUrl() }));
