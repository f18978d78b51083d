import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { type ApplicationError } from '../errors/index.js';
import { createLogger } from '../telemetry/index.js';
import { buildTestProgram } from '../testing/test-program.js';
import { createRemoteKeys, createTokenVerifier, type TokenVerifier } from './index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(closers.splice(0).map((close) => close()));
});

interface Signer {
  readonly jwk: JWK;
  sign(): Promise<string>;
}

async function createSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  return {
    jwk: { ...(await exportJWK(publicKey)), kid },
    sign: () =>
      new SignJWT({ sid: crypto.randomUUID(), role: 'CUSTOMER', scope: '' })
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt' })
        .setSubject(crypto.randomUUID())
        .setIssuer('issuer')
        .setAudience('audience')
        .setExpirationTime('5m')
        .sign(privateKey),
  };
}

type Answer = (response: ServerResponse) => void;
const keySet =
  (...signers: Signer[]): Answer =>
  (response) =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: signers.map(({ jwk }) => jwk) }));

/** A source of keys whose answer can be changed. */
async function startSource(first: Answer) {
  const source = { answer: first, asked: 0, url: '' };
  const server = createServer((_request, response) => {
    source.asked += 1;
    source.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  source.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  return source;
}

function verifierOf(url: string, refreshMilliseconds?: number): TokenVerifier {
  const keys = createRemoteKeys(url, createLogger('test', 'silent'), refreshMilliseconds);
  closers.unshift(async () => keys.stop());
  return createTokenVerifier({ getKey: keys.getKey, issuer: 'issuer', audience: 'audience' });
}

const codeOf = (verifying: Promise<unknown>): Promise<string> =>
  verifying.then(
    () => 'accepted',
    (error: unknown) => (error as ApplicationError).code,
  );

/** Lets the pause pass after which an unknown key is looked for again. */
function passCooldown(): void {
  const later = Date.now() + 3_000;
  jest.spyOn(Date, 'now').mockReturnValue(later);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await sleep(10);
  }
}

const brokenSources: [string, Answer][] = [
  ['an error', (response) => response.writeHead(500).end('{}')],
  ['a page', (response) => response.setHeader('content-type', 'text/html').end('<html></html>')],
  ['no key set', (response) => response.end('{}')],
  ['keys that are none', (response) => response.end('{"keys":"none"}')],
  ['a redirection', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['a cut connection', (response) => response.destroy()],
];

describe('createRemoteKeys', () => {
  it.each(brokenSources)(
    'says that identity is unavailable while its source answers %s, and comes back by itself',
    async (_case, broken) => {
      const signer = await createSigner('one');
      const source = await startSource(broken);
      const verify = verifierOf(source.url);
      const token = await signer.sign();
      expect(await codeOf(verify(token))).toBe('IDENTITY_UNAVAILABLE');
      source.answer = keySet(signer);
      expect(await codeOf(verify(token))).toBe('accepted');
    },
  );

  it('says so while nobody listens, and does not wait for a source that never comes to an end', async () => {
    const signer = await createSigner('one');
    expect(await codeOf(verifierOf('http://127.0.0.1:1/keys')(await signer.sign()))).toBe(
      'IDENTITY_UNAVAILABLE',
    );
    const silent = await startSource(() => undefined);
    const halting = await startSource((response) => void response.write('{"keys":['));
    const codes = [silent, halting].map(async ({ url }) => codeOf(verifierOf(url)(await signer.sign())));
    expect(await Promise.all(codes)).toEqual(['IDENTITY_UNAVAILABLE', 'IDENTITY_UNAVAILABLE']);
  });

  it.each(brokenSources)(
    'goes on with the last set when its source begins to answer %s',
    async (_case, broken) => {
      const signer = await createSigner('one');
      const source = await startSource(keySet(signer));
      const verify = verifierOf(source.url, 20);
      expect(await codeOf(verify(await signer.sign()))).toBe('accepted');
      source.answer = broken;
      const asked = source.asked;
      await until(() => source.asked >= asked + 3);
      expect(await codeOf(verify(await signer.sign()))).toBe('accepted');
    },
  );

  it('finds a new key at once when a token names it, and asks the source once for many such tokens', async () => {
    const [old, next] = [await createSigner('old'), await createSigner('new')];
    const source = await startSource(keySet(old));
    const verify = verifierOf(source.url);
    expect(await codeOf(verify(await old.sign()))).toBe('accepted');
    source.answer = keySet(old, next);
    const asked = source.asked;
    passCooldown();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => next.sign()));
    const codes = await Promise.all(tokens.map((token) => codeOf(verify(token))));
    expect(new Set(codes)).toEqual(new Set(['accepted']));
    expect(source.asked).toBe(asked + 1);
    expect(await codeOf(verify(await old.sign()))).toBe('accepted');
  });

  it('does not ask again and again for keys that do not exist', async () => {
    const [known, forger] = [await createSigner('known'), await createSigner('forged')];
    const source = await startSource(keySet(known));
    const verify = verifierOf(source.url);
    expect(await codeOf(verify(await known.sign()))).toBe('accepted');
    const asked = source.asked;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await codeOf(verify(await forger.sign()))).toBe('TOKEN_INVALID');
    }
    expect(source.asked).toBe(asked);
  });

  it('cannot judge an unknown key while its source is away, and still judges the known ones', async () => {
    const [known, unknown] = [await createSigner('known'), await createSigner('unknown')];
    const source = await startSource(keySet(known));
    const verify = verifierOf(source.url);
    expect(await codeOf(verify(await known.sign()))).toBe('accepted');
    source.answer = (response) => response.writeHead(503).end();
    const [good, open] = [await known.sign(), await unknown.sign()];
    passCooldown();
    expect(await codeOf(verify(open))).toBe('IDENTITY_UNAVAILABLE');
    expect(await codeOf(verify(good))).toBe('accepted');
  });

  it('forgets a key that its source took away', async () => {
    const [old, next] = [await createSigner('old'), await createSigner('new')];
    const source = await startSource(keySet(old));
    const verify = verifierOf(source.url, 20);
    const token = await old.sign();
    expect(await codeOf(verify(token))).toBe('accepted');
    source.answer = keySet(next);
    await until(async () => (await codeOf(verify(token))) === 'TOKEN_INVALID');
  });

  it('stops asking when told to, and never keeps a process alive', async () => {
    const signer = await createSigner('one');
    const source = await startSource(keySet(signer));
    const keys = createRemoteKeys(source.url, createLogger('test', 'silent'), 10);
    await until(() => source.asked >= 3);
    keys.stop();
    await sleep(50);
    const asked = source.asked;
    await sleep(100);
    expect(source.asked).toBe(asked);

    const program = await buildTestProgram(`
      import { createRemoteKeys } from './identity/index.js';
      import { createLogger } from './telemetry/index.js';
      createRemoteKeys('${source.url}', createLogger('test', 'silent'), 10);
      process.disconnect();
    `);
    closers.push(() => program.remove());
    expect(await program.start().ended).toEqual({ status: 0, signal: null });
  });
});
