import { createHmac, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { ApplicationError } from '../errors/index.js';
import { createTokenVerifier, readBearerToken, type TokenVerifier } from './token-verifier.js';

const [issuer, audience] = ['the-issuer', 'the-audience'];
const userId = '0199AAAA-0000-7000-8000-00000000000A';
const sessionId = randomUUID();

let privateKey: CryptoKey;
let publicText: string;
let publicJwk: JWK;
let verify: TokenVerifier;

beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  privateKey = pair.privateKey;
  publicText = await exportSPKI(pair.publicKey);
  publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'one' };
  verify = createTokenVerifier({ getKey: createLocalJWKSet({ keys: [publicJwk] }), issuer, audience });
});

const now = (): number => Math.floor(Date.now() / 1000);
const claims = (): Record<string, unknown> => ({
  sub: userId,
  sid: sessionId,
  role: 'CUSTOMER',
  scope: 'profile  payments ',
  iss: issuer,
  aud: audience,
  iat: now(),
  exp: now() + 60,
});
const sign = (payload: Record<string, unknown>, key: CryptoKey = privateKey, header = {}): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid: 'one', typ: 'at+jwt', ...header }).sign(key);
const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

async function codeOf(token: string, verifier: TokenVerifier = verify): Promise<string> {
  try {
    await verifier(token);
  } catch (error) {
    expect(error).toBeInstanceOf(ApplicationError);
    expect((error as ApplicationError).message).toMatch(/^The access token |^Access tokens /);
    return (error as ApplicationError).code;
  }
  return 'accepted';
}

describe('createTokenVerifier', () => {
  it('gives what the token says, ids in lower case', async () => {
    const said = claims();
    expect(await verify(await sign(said))).toEqual({
      userId: userId.toLowerCase(),
      sessionId,
      role: 'CUSTOMER',
      scopes: new Set(['profile', 'payments']),
      expiresAt: new Date((said['exp'] as number) * 1000),
    });
    expect((await verify(await sign({ ...claims(), scope: '' }))).scopes).toEqual(new Set());
  });

  it.each<[string, Record<string, unknown>]>([
    ['another issuer', { iss: 'somebody-else' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'another' }],
    ['no audience', { aud: undefined }],
    ['no end', { exp: undefined }],
    ['an end that is a text', { exp: 'tomorrow' }],
    ['a beginning in the future', { nbf: now() + 600 }],
    ['no user', { sub: undefined }],
    ['a user who is no UUID', { sub: "1' OR 1=1" }],
    ['no session', { sid: undefined }],
    ['no role', { role: '' }],
    ['scopes in a list', { scope: ['admin'] }],
  ])('refuses a signed token with %s as TOKEN_INVALID', async (_case, changed) => {
    expect(await codeOf(await sign({ ...claims(), ...changed }))).toBe('TOKEN_INVALID');
  });

  it('tells a token that has ended from a bad one, with 5 s of tolerance', async () => {
    expect(await codeOf(await sign({ ...claims(), exp: now() - 60 }))).toBe('TOKEN_EXPIRED');
    expect(await codeOf(await sign({ ...claims(), exp: now() - 2 }))).toBe('accepted');
    const { privateKey: foreign } = await generateKeyPair('EdDSA');
    expect(await codeOf(await sign({ ...claims(), exp: now() - 60 }, foreign))).toBe('TOKEN_INVALID');
  });

  it('refuses every way round the signature', async () => {
    const body = encode(claims());
    const [header = '', payload = '', signature = ''] = (await sign(claims())).split('.');
    const hmac = (alg: string, key: string): string => {
      const text = `${encode({ alg, kid: 'one' })}.${body}`;
      return `${text}.${createHmac(alg.replace('HS', 'sha'), key).update(text).digest('base64url')}`;
    };
    const { privateKey: foreign } = await generateKeyPair('EdDSA');
    const elliptic = await generateKeyPair('ES256');
    const forged = [
      `${encode({ alg: 'none' })}.${body}.`,
      `${encode({ alg: 'None', kid: 'one' })}.${body}.${signature}`,
      `${encode({ alg: 'none' })}.${body}`,
      // The public key taken for an HMAC secret, in the two forms an attacker has it in.
      hmac('HS256', publicText),
      hmac('HS512', publicJwk.x ?? ''),
      await sign(claims(), foreign),
      // A key that the token brings along.
      await sign(claims(), foreign, { jwk: await exportJWK((await generateKeyPair('EdDSA')).publicKey) }),
      await sign(claims(), foreign, { jku: 'http://127.0.0.1:1/keys' }),
      await sign(claims(), elliptic.privateKey, { alg: 'ES256' }),
      await sign(claims(), privateKey, { kid: 'unknown' }),
      `${header}.${payload}.`,
      `${header}.${encode({ ...claims(), role: 'ADMIN' })}.${signature}`,
      `${encode({ alg: 'EdDSA', kid: 'one', crit: ['exp'] })}.${payload}.${signature}`,
      `${encode({ alg: 'EdDSA', kid: { toString: 1 } })}.${payload}.${signature}`,
      `${encode(['EdDSA'])}.${payload}.${signature}`,
      `${encode(null)}.${payload}.${signature}`,
      'a.b.c',
      '..',
      '',
      'x'.repeat(1_000_000),
    ];
    for (const token of forged) {
      expect([token.slice(0, 200), await codeOf(token)]).toEqual([token.slice(0, 200), 'TOKEN_INVALID']);
    }
  });

  it('refuses a shared secret even from keys that offer one', async () => {
    const secret = new TextEncoder().encode('a secret that the verifier must not have');
    const careless = createTokenVerifier({ getKey: async () => secret, issuer, audience });
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    expect(await codeOf(token, careless)).toBe('TOKEN_INVALID');
  });

  it('refuses random damage anywhere in a good token, and never takes it for missing keys', async () => {
    const good = await sign(claims());
    const seed = Math.floor(Math.random() * 2 ** 32);
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let run = 0; run < 200; run += 1) {
      // The last character of a part has bits that decoding ignores.
      const place = random(good.length - 1);
      const damaged = `${good.slice(0, place)}${'.Az09-_ é\u0000'[random(10)]}${good.slice(place + 1)}`;
      const unchanged = Buffer.from(damaged.split('.')[2] ?? '', 'base64url').equals(
        Buffer.from(good.split('.')[2] ?? '', 'base64url'),
      );
      const same =
        damaged === good || (unchanged && damaged.startsWith(good.slice(0, good.lastIndexOf('.'))));
      if (!same) {
        expect({ seed, run, damaged, code: await codeOf(damaged) }).toMatchObject({ code: 'TOKEN_INVALID' });
      }
    }
  });

  it('takes access tokens only, and no other kind that the same keys sign', async () => {
    expect(await codeOf(await sign(claims(), privateKey, { typ: 'application/at+jwt' }))).toBe('accepted');
    expect(await codeOf(await sign(claims(), privateKey, { typ: 'JWT' }))).toBe('TOKEN_INVALID');
    expect(await codeOf(await sign(claims(), privateKey, { typ: undefined }))).toBe('TOKEN_INVALID');
  });

  it('gives the policies that the token lists', async () => {
    expect((await verify(await sign({ ...claims(), policies: ['a', 'b'] }))).policies).toEqual(
      new Set(['a', 'b']),
    );
    expect((await verify(await sign(claims()))).policies).toBeUndefined();
    expect(await codeOf(await sign({ ...claims(), policies: 'a' }))).toBe('TOKEN_INVALID');
  });

  it('does not blame the token when the keys cannot be had', async () => {
    const away = createTokenVerifier({
      getKey: async () => {
        throw new TypeError('fetch failed');
      },
      issuer,
      audience,
    });
    expect(await codeOf(await sign(claims()), away)).toBe('IDENTITY_UNAVAILABLE');
    // What can be told without keys is.
    expect(await codeOf('a.b.c', away)).toBe('TOKEN_INVALID');
    expect(await codeOf(`${encode({ alg: 'none' })}.${encode(claims())}.`, away)).toBe('TOKEN_INVALID');
  });
});

describe('readBearerToken', () => {
  it.each([
    ['Bearer abc.def.ghi', 'abc.def.ghi'],
    ['bearer   abc-_~+/=.  ', 'abc-_~+/=.'],
  ])('takes the token out of %j', (header, token) => {
    expect(readBearerToken(header)).toBe(token);
  });

  it('gives nothing when there is no header', () => {
    expect(readBearerToken(undefined)).toBeUndefined();
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'Bearer a b',
    'Bearer a, Bearer b',
    'abc',
    'Bearer é',
    'Bearer a\nb',
  ])('refuses %j', (header) => {
    expect(() => readBearerToken(header)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });
});
