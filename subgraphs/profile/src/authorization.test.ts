import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { startTestProfile, type TestProfile } from './profile-test-service.js';

/**
 * A suspended person is one with a token that is good for some minutes more: this service does not know of the
 * suspension, the router drops the token. With it one sees and changes what is one's own and nothing else.
 */
const VIEWERS = ['anonymous', 'owner', 'stranger', 'vendor', 'admin', 'suspended'] as const;
type ViewerName = (typeof VIEWERS)[number];

const everybody: ReadonlyArray<ViewerName> = VIEWERS;
const signedIn: ReadonlyArray<ViewerName> = VIEWERS.filter((viewer) => viewer !== 'anonymous');
const ownerAndAdmin: ReadonlyArray<ViewerName> = ['owner', 'admin'];

/** Every operation: who may, and an input with which it changes nothing. */
const OPERATIONS: Readonly<Record<string, readonly [ReadonlyArray<ViewerName>, string]>> = {
  'Query.myProfile': [signedIn, 'myProfile { id }'],
  'Query.profileByHandle': [signedIn, 'profileByHandle(handle: "the_owner") { id }'],
  'Mutation.updateProfile': [signedIn, 'updateProfile(input: { expectedVersion: -1 }) { __typename }'],
  'Mutation.updatePreferences': [
    signedIn,
    'updatePreferences(input: { expectedVersion: -1 }) { __typename }',
  ],
};

/** Every field of the owner's profile, all of it set and PRIVATE where that can be chosen: who sees it. */
const FIELDS: Readonly<Record<string, readonly [ReadonlyArray<ViewerName>, string]>> = {
  'User.id': [everybody, 'id'],
  'User.profile': [everybody, 'profile { id }'],
  'Profile.id': [everybody, 'profile { id }'],
  'Profile.user': [everybody, 'profile { user { id } }'],
  'Profile.handle': [everybody, 'profile { handle }'],
  'Profile.displayName': [ownerAndAdmin, 'profile { displayName }'],
  'Profile.avatarUrl': [ownerAndAdmin, 'profile { avatarUrl }'],
  'Profile.phone': [ownerAndAdmin, 'profile { phone }'],
  'Profile.address': [ownerAndAdmin, 'profile { address }'],
  'Profile.bio': [ownerAndAdmin, 'profile { bio }'],
  'Profile.visibility': [ownerAndAdmin, 'profile { visibility { bio } }'],
  'Profile.preferences': [ownerAndAdmin, 'profile { preferences { theme } }'],
  'Profile.version': [everybody, 'profile { version }'],
  'Profile.createdAt': [everybody, 'profile { createdAt }'],
  'Profile.updatedAt': [everybody, 'profile { updatedAt }'],
};

function coordinatesOf(...types: ReadonlyArray<string>): ReadonlyArray<string> {
  const { definitions } = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
  return definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && types.includes(definition.name.value)
      ? (definition.fields ?? []).map((field) => `${definition.name.value}.${field.name.value}`)
      : [],
  );
}

/** What a selection of one field leads to. */
function innermost(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? innermost(Object.values(value).at(-1)) : value;
}

const owner = randomUUID();
let service: TestProfile;
let tokens: Readonly<Record<ViewerName, string | undefined>>;
beforeAll(async () => {
  service = await startTestProfile();
  const { identity } = service;
  tokens = {
    anonymous: undefined,
    owner: await identity.tokenFor({ userId: owner }),
    stranger: await identity.tokenFor(),
    vendor: await identity.tokenFor({ role: 'VENDOR' }),
    admin: await identity.tokenFor({ role: 'ADMIN' }),
    suspended: await identity.tokenFor(),
  };
  await service.database.query(
    `INSERT INTO profiles (id, user_id, handle, display_name, avatar_url, phone, address, bio, display_name_visibility,
                           avatar_url_visibility, phone_visibility, address_visibility, bio_visibility)
     VALUES ($1, $2, 'the_owner', 'Ada', 'https://example.com/ada.png', '+4930123456', 'Lane 1', 'Numbers.', 'PRIVATE',
             'PRIVATE', 'PRIVATE', 'PRIVATE', 'PRIVATE')`,
    [randomUUID(), owner],
  );
});
afterAll(() => service.stop());

describe('authorization', () => {
  it('is told for every operation and every field of a person that the SDL lists, and for no other', () => {
    expect(Object.keys(OPERATIONS).sort()).toEqual([...coordinatesOf('Query', 'Mutation')].sort());
    expect(Object.keys(FIELDS).sort()).toEqual([...coordinatesOf('User', 'Profile')].sort());
  });

  it.each(Object.entries(OPERATIONS))('of %s', async (coordinate, [who, call]) => {
    const kind = coordinate.startsWith('Query') ? 'query' : 'mutation';
    const allowed: ViewerName[] = [];
    for (const viewer of VIEWERS) {
      const { errors } = await service.client.query(`${kind} { ${call} }`, { token: tokens[viewer] });
      const codes = errors?.map(({ extensions }) => extensions.code) ?? [];
      if (codes.length === 0) {
        allowed.push(viewer);
      } else {
        expect(codes).toEqual([viewer === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN']);
      }
    }
    expect(allowed).toEqual(who);
  });

  it.each(Object.entries(FIELDS))('of %s', async (_coordinate, [who, selection]) => {
    const seeing: ViewerName[] = [];
    for (const viewer of VIEWERS) {
      const { data, errors } = await service.client.entities(
        [{ __typename: 'User', id: owner }],
        `... on User { ${selection} }`,
        tokens[viewer],
      );
      expect(errors).toBeUndefined();
      if (innermost(data._entities[0]) !== null) {
        seeing.push(viewer);
      }
    }
    expect(seeing).toEqual(who);
  });
});
