import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kind, parse, type FieldDefinitionNode } from 'graphql';
import { PASSWORD, startAuthUnderTest, type AuthUnderTest, type SignedInUser } from './auth-test-service.js';

const VIEWERS = ['anonymous', 'owner', 'stranger', 'vendor', 'admin', 'suspended'] as const;
type ViewerName = (typeof VIEWERS)[number];

const everybody: ReadonlyArray<ViewerName> = VIEWERS;
const signedIn: ReadonlyArray<ViewerName> = VIEWERS.filter((viewer) => viewer !== 'anonymous');
const admin: ReadonlyArray<ViewerName> = ['admin'];
const ownerAndAdmin: ReadonlyArray<ViewerName> = ['owner', 'admin'];

const someId = randomUUID();

/** Every operation: who may, and an input with which it is worth nothing. */
const OPERATIONS: Readonly<Record<string, readonly [ReadonlyArray<ViewerName>, string]>> = {
  'Query.me': [everybody, 'me { id }'],
  'Query.user': [signedIn, `user(id: "${someId}") { id }`],
  'Query.users': [admin, 'users(first: 1) { edges { cursor } }'],
  'Mutation.register': [
    everybody,
    `register(input: { email: "somebody@example.com", password: "short", name: "A" }) { __typename }`,
  ],
  'Mutation.login': [
    everybody,
    `login(input: { email: "nobody@example.com", password: "${PASSWORD}" }) { __typename }`,
  ],
  'Mutation.refreshSession': [everybody, 'refreshSession(input: { refreshToken: "none" }) { __typename }'],
  'Mutation.logout': [everybody, 'logout(input: { refreshToken: "none" }) { sessionId }'],
  'Mutation.signOutSession': [signedIn, `signOutSession(input: { sessionId: "${someId}" }) { sessionId }`],
  'Mutation.signOutOtherSessions': [signedIn, 'signOutOtherSessions { endedSessions }'],
  'Mutation.signOutEverywhere': [signedIn, 'signOutEverywhere { endedSessions }'],
  'Mutation.changePassword': [
    signedIn.filter((viewer) => viewer !== 'suspended'),
    'changePassword(input: { currentPassword: "wrong", newPassword: "eight louder lanterns" }) { __typename }',
  ],
  'Mutation.changeUserRole': [
    admin,
    `changeUserRole(input: { userId: "${someId}", role: ADMIN }) { __typename }`,
  ],
  'Mutation.suspendUser': [admin, `suspendUser(input: { userId: "${someId}" }) { __typename }`],
  'Mutation.reinstateUser': [admin, `reinstateUser(input: { userId: "${someId}" }) { __typename }`],
  'Mutation.requestEmailVerification': [
    everybody,
    'requestEmailVerification(input: { email: "nobody@example.com" }) { __typename }',
  ],
  'Mutation.verifyEmail': [everybody, 'verifyEmail(input: { token: "none" }) { __typename }'],
  'Mutation.requestPasswordReset': [
    everybody,
    'requestPasswordReset(input: { email: "nobody@example.com" }) { __typename }',
  ],
  'Mutation.resetPassword': [
    everybody,
    'resetPassword(input: { token: "none", newPassword: "eight louder lanterns" }) { __typename }',
  ],
};

/** Every field of a user who is the owner: who sees it. The rest of `Session` is behind `User.sessions`. */
const USER_FIELDS: Readonly<Record<string, readonly [ReadonlyArray<ViewerName>, string]>> = {
  'User.id': [signedIn, 'id'],
  'User.email': [ownerAndAdmin, 'email'],
  'User.name': [ownerAndAdmin, 'name'],
  'User.role': [ownerAndAdmin, 'role'],
  'User.status': [ownerAndAdmin, 'status'],
  'User.emailVerified': [ownerAndAdmin, 'emailVerified'],
  'User.createdAt': [ownerAndAdmin, 'createdAt'],
  'User.sessions': [ownerAndAdmin, 'sessions { id }'],
};

function coordinatesOf(...types: ReadonlyArray<string>): ReadonlyArray<string> {
  const { definitions } = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
  return definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && types.includes(definition.name.value)
      ? (definition.fields ?? []).map(
          (field: FieldDefinitionNode) => `${definition.name.value}.${field.name.value}`,
        )
      : [],
  );
}

let auth: AuthUnderTest;
let tokens: Readonly<Record<ViewerName, string | undefined>>;
let owner: SignedInUser;
beforeAll(async () => {
  auth = await startAuthUnderTest();
  owner = await auth.register('owner@example.com');
  const [stranger, suspended] = [
    await auth.register('stranger@example.com'),
    await auth.register('suspended@example.com'),
  ];
  await auth.register('vendor@example.com');
  await auth.database.query("UPDATE users SET role = 'VENDOR' WHERE email = 'vendor@example.com'");
  await auth.database.query("UPDATE users SET status = 'SUSPENDED' WHERE id = $1", [suspended.id]);
  tokens = {
    anonymous: undefined,
    owner: owner.accessToken,
    stranger: stranger.accessToken,
    vendor: (await auth.login('vendor@example.com'))?.accessToken,
    admin: (await auth.registerAdmin('admin@example.com')).accessToken,
    suspended: suspended.accessToken,
  };
});
afterAll(() => auth.stop());

describe('authorization', () => {
  it('is told for every operation and every field of a user that the SDL lists, and for no other', () => {
    expect(Object.keys(OPERATIONS).sort()).toEqual([...coordinatesOf('Query', 'Mutation')].sort());
    expect(Object.keys(USER_FIELDS).sort()).toEqual([...coordinatesOf('User')].sort());
  });

  it.each(Object.entries(OPERATIONS))('of %s', async (coordinate, [who, call]) => {
    const kind = coordinate.startsWith('Query') ? 'query' : 'mutation';
    const allowed: ViewerName[] = [];
    for (const viewer of VIEWERS) {
      // Sessions that an operation before ended are whole again.
      await auth.database.query(
        `UPDATE sessions SET revoked_at = NULL FROM users WHERE users.id = user_id AND status = 'ACTIVE'`,
      );
      const { errors } = await auth.client.query(`${kind} { ${call} }`, { token: tokens[viewer] });
      const code = errors?.[0]?.extensions.code;
      expect([undefined, viewer === 'anonymous' ? 'UNAUTHENTICATED' : code]).toContain(code);
      expect([undefined, 'UNAUTHENTICATED', 'FORBIDDEN']).toContain(code);
      if (code === undefined) {
        allowed.push(viewer);
      }
    }
    expect(allowed).toEqual(who);
  });

  it.each(Object.entries(USER_FIELDS))('of %s', async (_coordinate, [who, selection]) => {
    const seeing: ViewerName[] = [];
    for (const viewer of VIEWERS) {
      const { data } = await auth.client.query(`query ($id: ID!) { user(id: $id) { field: ${selection} } }`, {
        variables: { id: owner.id },
        token: tokens[viewer],
      });
      const answer = data as { readonly user?: { readonly field?: unknown } | null } | null;
      if ((answer?.user?.field ?? null) !== null) {
        seeing.push(viewer);
      }
    }
    expect(seeing).toEqual(who);
  });
});
