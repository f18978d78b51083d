import { randomUUID } from 'node:crypto';
import { createClient, LoginDocument, RegisterDocument } from '@supergraph/schema/client';
import { DEMO_PASSWORD } from '../seed/demo-logins.js';
import { failureOf } from './request-failure.js';

/** Somebody who has just registered. */
export interface TrafficPerson {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly token: string;
}

/**
 * Opens an account through the router.
 *
 * @throws {RequestFailure} when none was opened
 */
export async function registerPerson(endpoint: string, name: string): Promise<TrafficPerson> {
  const email = `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}.${randomUUID().slice(0, 8)}@example.com`;
  const answer = await createClient({ url: endpoint }).execute(RegisterDocument, {
    input: { email, name, password: DEMO_PASSWORD },
  });
  const opened = answer.data?.register;
  if (opened?.__typename !== 'SignedIn') throw failureOf('registering', ['auth'], answer);
  return { id: opened.user.id, email, name, token: opened.accessToken };
}

/**
 * Signs in with a demo login.
 *
 * @returns an access token
 * @throws {RequestFailure} when the login was refused
 */
export async function signInAs(endpoint: string, email: string): Promise<string> {
  const answer = await createClient({ url: endpoint }).execute(LoginDocument, {
    input: { email, password: DEMO_PASSWORD },
  });
  const signedIn = answer.data?.login;
  if (signedIn?.__typename !== 'SignedIn') throw failureOf('signing in', ['auth'], answer);
  return signedIn.accessToken;
}
