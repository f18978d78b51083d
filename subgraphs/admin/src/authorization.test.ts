import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { startAdminUnderTest, type AdminUnderTest } from './admin-test-service.js';

/**
 * The owner is the person of the audit trail and of the erasure. A suspended person is one with a token that is good
 * for some minutes more; the router drops it, and here it is worth what it is worth to oneself.
 */
const VIEWERS = ['anonymous', 'owner', 'stranger', 'vendor', 'admin', 'suspended'] as const;
type ViewerName = (typeof VIEWERS)[number];
type Row = readonly [ReadonlyArray<ViewerName>, string];

const everybody: ReadonlyArray<ViewerName> = VIEWERS;
const admins: ReadonlyArray<ViewerName> = ['admin'];
const ownerAndAdmin: ReadonlyArray<ViewerName> = ['owner', 'admin'];

const owner = randomUUID();
const otherAdmin = randomUUID();
/** What the owner did, and what an ADMIN did to the owner. */
const [byOwner, toOwner] = [randomUUID(), randomUUID()];

/** Every operation: who may, and an input with which it changes nothing of consequence. */
const OPERATIONS: Readonly<Record<string, Row>> = {
  'Query.settings': [admins, 'settings { key }'],
  'Query.setting': [admins, 'setting(key: "support.email") { key }'],
  'Query.auditEntries': [admins, 'auditEntries(first: 1) { edges { cursor } }'],
  'Query.auditEntry': [admins, `auditEntry(id: "${byOwner}") { id }`],
  'Query.userSearch': [admins, 'userSearch(first: 1) { edges { cursor } }'],
  'Query.erasures': [admins, 'erasures(first: 1) { edges { cursor } }'],
  'Query.erasure': [admins, `erasure(id: "${randomUUID()}") { id }`],
  'Mutation.updateSetting': [
    admins,
    'updateSetting(input: { key: "support.email", value: "x", expectedVersion: -1 }) { __typename }',
  ],
  'Mutation.requestErasure': [admins, `requestErasure(input: { userId: "${owner}" }) { isNew }`],
};

const entry = (id: string, selection: string): string =>
  `_entities(representations: [{ __typename: "AuditEntry", id: "${id}" }]) { ... on AuditEntry { field: ${selection} } }`;
const erasure = (selection: string): string =>
  `erasures(first: 1) { edges { node { field: ${selection} } } }`;
const setting = (selection: string): string => `setting(key: "registration.open") { field: ${selection} }`;
const user = (selection: string): string =>
  `_entities(representations: [{ __typename: "User", id: "${owner}" }]) { ... on User { field: ${selection} } }`;

/** Every field of every type that somebody is behind: who gets something. */
const FIELDS: Readonly<Record<string, Row>> = {
  'User.id': [everybody, user('id')],
  'User.auditTrail': [ownerAndAdmin, user('auditTrail { edges { node { id } } }')],
  'AuditEntry.id': [ownerAndAdmin, entry(byOwner, 'id')],
  'AuditEntry.occurredAt': [ownerAndAdmin, entry(toOwner, 'occurredAt')],
  'AuditEntry.actor': [ownerAndAdmin, entry(byOwner, 'actor { id }')],
  'AuditEntry.actor, of what others did to one': [admins, entry(toOwner, 'actor { id }')],
  'AuditEntry.action': [ownerAndAdmin, entry(toOwner, 'action')],
  'AuditEntry.resourceType': [ownerAndAdmin, entry(toOwner, 'resourceType')],
  'AuditEntry.resourceId': [ownerAndAdmin, entry(toOwner, 'resourceId')],
  'AuditEntry.ip': [ownerAndAdmin, entry(byOwner, 'ip')],
  'AuditEntry.ip, of what others did to one': [admins, entry(toOwner, 'ip')],
  'AuditEntry.userAgent': [ownerAndAdmin, entry(byOwner, 'userAgent')],
  'AuditEntry.userAgent, of what others did to one': [admins, entry(toOwner, 'userAgent')],
  'AuditEntry.details': [ownerAndAdmin, entry(toOwner, 'details')],
  'AuditEntry.previousHash': [ownerAndAdmin, entry(toOwner, 'previousHash')],
  'AuditEntry.hash': [ownerAndAdmin, entry(toOwner, 'hash')],
  'Setting.key': [admins, setting('key')],
  'Setting.value': [admins, setting('value')],
  'Setting.type': [admins, setting('type')],
  'Setting.description': [admins, setting('description')],
  'Setting.version': [admins, setting('version')],
  'Setting.updatedBy': [admins, setting('updatedBy { id }')],
  'Setting.updatedAt': [admins, setting('updatedAt')],
  'Erasure.id': [admins, erasure('id')],
  'Erasure.user': [admins, erasure('user { id }')],
  'Erasure.state': [admins, erasure('state')],
  'Erasure.requestedBy': [admins, erasure('requestedBy { id }')],
  'Erasure.requestedAt': [admins, erasure('requestedAt')],
  'Erasure.endedAt': [admins, erasure('endedAt')],
  'Erasure.refusal': [admins, erasure('refusal')],
  'Erasure.overdue': [admins, erasure('overdue')],
  'Erasure.steps': [admins, erasure('steps { service }')],
  'Erasure.certificate': [admins, erasure('certificate')],
  'Erasure.certificateHash': [admins, erasure('certificateHash')],
};

/** Reached through their parents alone. */
const PARTS = [
  'AuditEntryConnection',
  'AuditEntryEdge',
  'UserSearchConnection',
  'UserSearchEdge',
  'ErasureStep',
  'ErasedStore',
  'ErasureConnection',
  'ErasureEdge',
  'RequestErasurePayload',
  'PageInfo',
  'InvalidInputProblem',
  'InvalidField',
  'StaleVersionProblem',
  'SettingNotFoundProblem',
];

const typesOf = (): ReadonlyMap<string, ReadonlyArray<string>> => {
  const { definitions } = parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION
        ? [[definition.name.value, (definition.fields ?? []).map((field) => field.name.value)] as const]
        : [],
    ),
  );
};

/** What a selection of one field leads to; undefined when it leads nowhere. */
function innermost(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? innermost(Object.values(value)[0]) : value;
}

let admin: AdminUnderTest;
let tokens: Readonly<Record<ViewerName, string | undefined>>;
beforeAll(async () => {
  admin = await startAdminUnderTest();
  const { identity } = admin;
  tokens = {
    anonymous: undefined,
    owner: await identity.tokenFor({ userId: owner }),
    stranger: await identity.tokenFor(),
    vendor: await identity.tokenFor({ role: 'VENDOR' }),
    admin: await identity.tokenFor({ role: 'ADMIN' }),
    suspended: await identity.tokenFor(),
  };
  const about = { resourceType: 'user', resourceId: owner, details: { what: 'known' } };
  await admin.append([
    { ...about, id: byOwner, actorId: owner, action: 'profile.updated' },
    { ...about, id: toOwner, actorId: otherAdmin, action: 'user.role_changed' },
  ]);
  await admin.database.query(
    `INSERT INTO users (id, email, name, role, status, version) VALUES ($1, 'a@example.com', 'A', 'CUSTOMER', 'ACTIVE', 1)`,
    [owner],
  );
  await admin.database.query(
    `UPDATE settings SET updated_by = '${otherAdmin}' WHERE key = 'registration.open'`,
  );
});
afterAll(() => admin.stop());

describe('authorization', () => {
  it('is told for every operation and every field that the SDL lists, and for no other', () => {
    const types = typesOf();
    const listed = [...types].flatMap(([type, fields]) =>
      PARTS.includes(type) ? [] : fields.map((field) => `${type}.${field}`),
    );
    const told = [...Object.keys(OPERATIONS), ...Object.keys(FIELDS)].map((name) => name.split(',')[0]);
    expect([...new Set(told)].sort()).toEqual([...listed].sort());
    expect(PARTS.filter((type) => !types.has(type))).toEqual([]);
  });

  it.each(Object.entries(OPERATIONS))('of %s', async (coordinate, [who, call]) => {
    const kind = coordinate.startsWith('Query') ? 'query' : 'mutation';
    const allowed: ViewerName[] = [];
    for (const viewer of VIEWERS) {
      const { errors } = await admin.client.query(`${kind} { ${call} }`, { token: tokens[viewer] });
      const codes = errors?.map(({ extensions }) => extensions.code) ?? [];
      if (codes.length === 0) {
        allowed.push(viewer);
      } else {
        expect(codes).toEqual([viewer === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN']);
      }
    }
    expect(allowed).toEqual(who);
  });

  it.each(Object.entries(FIELDS))('of %s', async (coordinate, [who, selection]) => {
    if (coordinate.startsWith('Erasure.')) {
      await endErasure(coordinate === 'Erasure.refusal');
    }
    const seeing: ViewerName[] = [];
    for (const viewer of VIEWERS) {
      const { data } = await admin.client.query(`{ ${selection} }`, { token: tokens[viewer] });
      if ((innermost(data) ?? null) !== null) {
        seeing.push(viewer);
      }
    }
    expect(seeing).toEqual(who);
  });
});

/** Gives the erasure an end, so that every field of it has something to show. */
async function endErasure(isRefused: boolean): Promise<void> {
  await admin.database.query(
    isRefused
      ? `UPDATE erasures SET state = 'REFUSED', ended_at = now(), refusal = 'LAST_ADMIN', certificate = NULL,
                             certificate_hash = NULL`
      : `UPDATE erasures SET state = 'COMPLETED', ended_at = now(), refusal = NULL, certificate = '{"a": 1}',
                             certificate_hash = repeat('a', 64)`,
  );
}
