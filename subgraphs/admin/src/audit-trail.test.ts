import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAdminUnderTest, type AdminUnderTest } from './admin-test-service.js';

const PAGE = 'edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');

let admin: AdminUnderTest;
const tokens = { admin: '', customer: '' };
const users = Array.from({ length: 100 }, () => randomUUID());
/** What each user's trail is, from the database and without this service's code. */
const expected = new Map<string, ReadonlyArray<string>>();

interface Trail {
  readonly edges: ReadonlyArray<{ readonly node: { readonly id: string } }>;
  readonly pageInfo: Record<string, unknown>;
}

const trailsOf = async (
  ids: ReadonlyArray<string>,
  page: string,
  token: string | undefined = tokens.admin,
) => {
  const { data, errors, sqlStatements } = await admin.client.entities(
    ids.map((id) => ({ __typename: 'User', id })),
    `... on User { id auditTrail(${page}) { ${PAGE} } }`,
    token,
  );
  const trails = (data?._entities as ({ id: string; auditTrail: Trail | null } | null)[] | undefined) ?? [];
  return { trails, errors, sqlStatements };
};
const idsOf = (trail: Trail | null | undefined): string[] => trail?.edges.map(({ node }) => node.id) ?? [];

beforeAll(async () => {
  admin = await startAdminUnderTest();
  tokens.admin = await admin.identity.tokenFor({ role: 'ADMIN' });
  tokens.customer = await admin.identity.tokenFor({ userId: users[0]! });
  await admin.append(
    Array.from({ length: 400 }, (_, index) => {
      const [actor, other] = [users[index % 97]!, users[(index * 31) % 100]!];
      const target = index % 3;
      return {
        // Several entries a moment, and not in the order of the chain.
        occurredAt: new Date(BEGIN + ((index * 7) % 50) * 60_000),
        actorId: index % 10 === 0 ? null : actor,
        action: 'user.changed',
        // A third to oneself, a third to somebody else, a third to what is no user but has a user's id.
        resourceType: target === 2 ? 'profile' : 'user',
        resourceId: target === 0 ? actor : other,
      };
    }),
  );
  for (const id of users) {
    const found = await admin.database.query<{ id: string }>(
      `SELECT e.id FROM audit_entries e JOIN audit_entry_details d ON d.entry_id = e.id
        WHERE d.actor_id = $1::uuid OR (e.resource_type = 'user' AND e.resource_id = $1::text)
        ORDER BY e.occurred_at DESC, e.id DESC`,
      [id],
    );
    expected.set(
      id,
      found.map((row) => row.id),
    );
  }
});
afterAll(() => admin.stop());

describe('User.auditTrail', () => {
  it('gives 100 users their own newest entries with one statement', async () => {
    const { trails, errors, sqlStatements } = await trailsOf(users, 'first: 5');
    expect(errors).toBeUndefined();
    expect(sqlStatements).toBe(1);
    expect(trails.map((user) => [user?.id, idsOf(user?.auditTrail)])).toEqual(
      users.map((id) => [id, expected.get(id)!.slice(0, 5)]),
    );
    expect(trails.map((user) => user?.auditTrail?.pageInfo['hasNextPage'])).toEqual(
      users.map((id) => expected.get(id)!.length > 5),
    );
  });

  it('gives the oldest from the end, with one statement', async () => {
    const { trails, sqlStatements } = await trailsOf(users, 'last: 3');
    expect(sqlStatements).toBe(1);
    expect(trails.map((user) => idsOf(user?.auditTrail))).toEqual(
      users.map((id) => expected.get(id)!.slice(-3)),
    );
  });

  it.each(['forward', 'backward'])('gives every entry once, %s', async (direction) => {
    const id = users.find((user) => expected.get(user)!.length > 5)!;
    const seen: string[] = [];
    let cursor: unknown = null;
    for (let more = true; more;) {
      const page = direction === 'forward' ? 'first: 2, after' : 'last: 2, before';
      const trail = (await trailsOf([id], `${page}: ${JSON.stringify(cursor)}`)).trails[0]!.auditTrail!;
      seen.splice(direction === 'forward' ? seen.length : 0, 0, ...idsOf(trail));
      cursor = trail.pageInfo[direction === 'forward' ? 'endCursor' : 'startCursor'];
      more = trail.pageInfo[direction === 'forward' ? 'hasNextPage' : 'hasPreviousPage'] === true;
    }
    expect(seen).toEqual(expected.get(id));
  });

  it('gives two pages of different sizes side by side', async () => {
    const { data, sqlStatements } = await admin.client.entities(
      users.slice(0, 10).map((id) => ({ __typename: 'User', id })),
      `... on User { one: auditTrail(first: 1) { edges { node { id } } }
                     two: auditTrail(last: 2) { edges { node { id } } } }`,
      tokens.admin,
    );
    expect(sqlStatements).toBe(2);
    expect(
      data._entities.map(({ one, two }: { one: Trail; two: Trail }) => [idsOf(one), idsOf(two)]),
    ).toEqual(users.slice(0, 10).map((id) => [expected.get(id)!.slice(0, 1), expected.get(id)!.slice(-2)]));
  });

  it('is empty for a user of whom nothing is known', async () => {
    const { trails, errors } = await trailsOf([randomUUID()], 'first: 5');
    expect(errors).toBeUndefined();
    expect(trails[0]?.auditTrail).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('is null without an error to everybody but oneself and ADMIN, and costs nothing', async () => {
    const vendor = await admin.identity.tokenFor({ role: 'VENDOR' });
    for (const token of [undefined, await admin.identity.tokenFor(), vendor]) {
      const answer = await admin.client.entities(
        [{ __typename: 'User', id: users[0]! }],
        '... on User { id auditTrail { edges { node { id } } } }',
        token,
      );
      expect(answer).toMatchObject({
        errors: undefined,
        data: { _entities: [{ __typename: 'User', id: users[0], auditTrail: null }] },
        sqlStatements: 0,
      });
    }
    const asService = await admin.payments.entities(
      [{ __typename: 'User', id: users[0]! }],
      '... on User { auditTrail { edges { node { id } } } }',
    );
    expect(asService.data._entities[0].auditTrail).toBeNull();
  });

  it('shows oneself what one did and what was done to one, but not who else did it and from where', async () => {
    const { data, errors } = await admin.client.entities(
      [{ __typename: 'User', id: users[0]! }],
      '... on User { auditTrail(first: 100) { edges { node { id actor { id } ip userAgent details } } } }',
      tokens.customer,
    );
    expect(errors).toBeUndefined();
    const nodes = (data._entities[0].auditTrail as { edges: { node: Record<string, unknown> }[] }).edges.map(
      ({ node }) => node,
    );
    expect(nodes.map(({ id }) => id)).toEqual(expected.get(users[0]!));
    const byOthers = nodes.filter(({ actor }) => actor === null);
    expect(byOthers.length).toBeGreaterThan(0);
    expect(byOthers.length).toBeLessThan(nodes.length);
    for (const { actor, ip, userAgent, details } of nodes) {
      expect([actor, ip, userAgent]).toEqual(
        actor === null ? [null, null, null] : [{ id: users[0] }, '192.0.2.7', 'Browser/1.0'],
      );
      expect(details).not.toBeNull();
    }
  });

  it.each(['first: 0', 'first: -1', 'first: 10000', 'last: 101', 'first: 1, last: 1'])(
    'refuses the page size %s',
    async (page) => {
      const { errors } = await trailsOf([users[0]!], page);
      expect(errors?.[0]?.extensions.code).toBe('INVALID_PAGE_SIZE');
    },
  );

  it('refuses an altered cursor and leaves the user', async () => {
    const { errors, trails } = await trailsOf([users[0]!], 'first: 1, after: "nonsense"');
    expect(errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
    expect(trails).toEqual([{ __typename: 'User', id: users[0], auditTrail: null }]);
  });
});

describe('User.__resolveReference', () => {
  it('gives back UUIDs in lower case and null for what is none, without any SQL', async () => {
    const ids = [users[0]!, users[1]!.toUpperCase(), 'not-a-uuid', '', randomUUID(), "' OR true --"];
    const { data, errors, sqlStatements } = await admin.client.entities(
      ids.map((id) => ({ __typename: 'User', id })),
      '... on User { id }',
      tokens.customer,
    );
    expect(errors).toBeUndefined();
    expect(sqlStatements).toBe(0);
    expect(data._entities).toEqual([
      { __typename: 'User', id: users[0] },
      { __typename: 'User', id: users[1] },
      null,
      null,
      { __typename: 'User', id: ids[4] },
      null,
    ]);
  });
});
