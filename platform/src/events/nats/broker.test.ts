import { describe, expect, it } from '@jest/globals';
import { readNatsUrl } from './broker.js';

describe('readNatsUrl', () => {
  it.each<[string, object]>([
    ['nats://127.0.0.1', { servers: ['127.0.0.1:4222'] }],
    ['nats://one:4222,nats://two:4223', { servers: ['one:4222', 'two:4223'] }],
    ['nats://maker:a%20b@host:4222', { servers: ['host:4222'], user: 'maker', pass: 'a b' }],
    ['nats://token@host:4222', { servers: ['host:4222'], token: 'token' }],
    ['tls://host:4222', { servers: ['host:4222'], tls: {} }],
  ])('takes %s apart', (url, expected) => {
    expect(readNatsUrl(url)).toEqual(expected);
  });

  it.each(['', 'host:4222', 'http://host', 'nats://'])('refuses %j without repeating it', (url) => {
    expect(() => readNatsUrl(url)).toThrow('must be `nats://HOST:PORT`');
  });
});
