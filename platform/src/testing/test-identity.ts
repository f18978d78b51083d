import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Whom a token speaks for. */
export interface TokenOptions {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly role?: string;
  readonly scopes?: ReadonlyArray<string>;
  /** Seconds from now; negative for a token that has ended. */
  readonly expiresIn?: number;
  readonly issuer?: string;
  readonly audience?: string;
}

/** A signer of access tokens with a key set over HTTP, as the service that owns identity has one. */
export interface TestIdentity {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** A token; of a CUSTOMER with the scopes `profile payments` unless told otherwise. */
  tokenFor(options?: TokenOptions): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the signer on a free port of the loopback. */
export async function startTestIdentity(): Promise<TestIdentity> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const key = { ...(await exportJWK(publicKey)), kid: 'test-key', alg: 'EdDSA', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const [issuer, audience] = ['supergraph-auth', 'supergraph'];
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`,
    issuer,
    audience,
    tokenFor: ({ userId, sessionId, role, scopes, expiresIn, ...claims } = {}) =>
      new SignJWT({
        sid: sessionId ?? randomUUID(),
        role: role ?? 'CUSTOMER',
        scope: (
          scopes ?? (role === 'ADMIN' ? ['profile', 'payments', 'reports', 'admin'] : ['profile', 'payments'])
        ).join(' '),
      })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test-key', typ: 'at+jwt' })
        .setSubject(userId ?? randomUUID())
        .setIssuer(claims.issuer ?? issuer)
        .setAudience(claims.audience ?? audience)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + (expiresIn ?? 900))
        .sign(privateKey),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
