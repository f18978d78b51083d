import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  decodeCursor,
  encodeCursor,
  keysetQuery,
  MAXIMUM_PAGE_SIZE,
  readPage,
  toConnection,
  type Connection,
  type KeysetPosition,
  type PageArguments,
} from './index.js';

const refused = (code: string): unknown => expect.objectContaining({ code });

/** Numbers below a bound, the same for the same seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Reads as a database would, from rows in no order: `findMany` with the parts that `keysetQuery` gives. */
function findMany(
  rows: ReadonlyArray<KeysetPosition>,
  { where, orderBy, take }: ReturnType<typeof keysetQuery<'at'>>,
) {
  type Condition = Readonly<Record<string, Readonly<Record<string, Date | string>>>>;
  const compare: Record<string, (left: Date | string, right: Date | string) => boolean> = {
    lt: (left, right) => left < right,
    lte: (left, right) => left <= right,
    gt: (left, right) => left > right,
    gte: (left, right) => left >= right,
  };
  const holds = (row: KeysetPosition, condition: Condition): boolean =>
    Object.entries(condition).every(([field, bounds]) =>
      Object.entries(bounds).every(([operator, bound]) =>
        compare[operator]!(row[field as 'at' | 'id'], bound),
      ),
    );
  const chosen = rows.filter((row) =>
    where.AND.every(({ OR, ...rest }) => holds(row, rest as Condition) && OR.some((one) => holds(row, one))),
  );
  const order = orderBy.map((part) => Object.entries(part)[0] as ['at' | 'id', 'asc' | 'desc']);
  return chosen
    .sort((left, right) => {
      for (const [field, direction] of order) {
        const [one, other] = direction === 'asc' ? [left, right] : [right, left];
        if (one[field] < other[field]) return -1;
        if (one[field] > other[field]) return 1;
      }
      return 0;
    })
    .slice(0, take);
}

function ask(rows: ReadonlyArray<KeysetPosition>, asked: PageArguments): Connection<KeysetPosition> {
  const page = readPage('rows', asked);
  return toConnection(page, findMany(rows, keysetQuery(page, 'at')), (row) => row);
}

/** Rows of which several share a moment; the second value is the list as it should be read, the newest first. */
function createRows(count: number, random: (below: number) => number): [KeysetPosition[], KeysetPosition[]] {
  const rows = Array.from({ length: count }, () => ({
    at: new Date(Date.UTC(2026, 0, 1) + random(Math.max(1, count / 3))),
    id: `${random(2 ** 32)
      .toString(16)
      .padStart(8, '0')}-0000-7000-8000-${random(2 ** 32)
      .toString(16)
      .padStart(12, '0')}`,
  }));
  const sorted = [...rows].sort(
    (left, right) => right.at.getTime() - left.at.getTime() || (left.id < right.id ? 1 : -1),
  );
  return [rows, sorted];
}

const nodesOf = (connection: Connection<KeysetPosition>): KeysetPosition[] =>
  connection.edges.map(({ node }) => node);

describe('a list that is read page by page', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);

  it(`gives every row once and in order, in both directions, whatever the page size (seed ${seed})`, () => {
    const random = createRandom(seed);
    for (let run = 0; run < 100; run += 1) {
      const [rows, sorted] = createRows(random(60), random);
      const size = 1 + random(12);
      const forward: KeysetPosition[] = [];
      let after: string | null = null;
      for (let more = true; more;) {
        const page: Connection<KeysetPosition> = ask(rows, { first: size, after });
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        forward.push(...nodesOf(page));
        more = page.pageInfo.hasNextPage;
        after = page.pageInfo.endCursor;
        expect(more).toBe(forward.length < sorted.length);
      }
      const backward: KeysetPosition[] = [];
      let before: string | null = null;
      for (let more = true; more;) {
        const page: Connection<KeysetPosition> = ask(rows, { last: size, before });
        expect(page.pageInfo.hasNextPage).toBe(before !== null);
        backward.unshift(...nodesOf(page));
        more = page.pageInfo.hasPreviousPage;
        before = page.pageInfo.startCursor;
      }
      expect([forward, backward]).toEqual([sorted, sorted]);
    }
  });

  it(`keeps within two cursors, from either end (seed ${seed})`, () => {
    const random = createRandom(seed);
    for (let run = 0; run < 200; run += 1) {
      const [rows, sorted] = createRows(2 + random(30), random);
      const [from, to, size] = [random(sorted.length), random(sorted.length), 1 + random(10)];
      const bounds = {
        after: encodeCursor('rows', sorted[from]!),
        before: encodeCursor('rows', sorted[to]!),
      };
      const between = sorted.slice(from + 1, Math.max(from + 1, to));
      const first = ask(rows, { ...bounds, first: size });
      expect(nodesOf(first)).toEqual(between.slice(0, size));
      expect(first.pageInfo).toMatchObject({ hasNextPage: between.length > size, hasPreviousPage: true });
      const last = ask(rows, { ...bounds, last: size });
      expect(nodesOf(last)).toEqual(between.slice(-size));
      expect(last.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: between.length > size });
    }
  });

  it('goes on where it was when the row of the cursor is gone', () => {
    const [rows, sorted] = createRows(10, createRandom(7));
    const { endCursor } = ask(rows, { first: 4 }).pageInfo;
    const without = rows.filter((row) => row !== sorted[3]);
    expect(nodesOf(ask(without, { first: 3, after: endCursor }))).toEqual(sorted.slice(4, 7));
  });

  it('has an empty page when it is empty or at its end', () => {
    const [rows, sorted] = createRows(3, createRandom(1));
    const empty = { hasNextPage: false, startCursor: null, endCursor: null };
    expect(ask([], {})).toEqual({ edges: [], pageInfo: { ...empty, hasPreviousPage: false } });
    expect(ask(rows, { after: encodeCursor('rows', sorted[2]!) })).toEqual({
      edges: [],
      pageInfo: { ...empty, hasPreviousPage: true },
    });
  });
});

describe('readPage', () => {
  it.each([0, -1, 101, 10_000, -2_147_483_648, 2_147_483_647])('refuses a page of %d', (size) => {
    expect(() => readPage('rows', { first: size })).toThrow(refused('INVALID_PAGE_SIZE'));
    expect(() => readPage('rows', { last: size })).toThrow(refused('INVALID_PAGE_SIZE'));
  });

  it('refuses both directions at once, also when one of them is wrong', () => {
    for (const last of [1, 0]) {
      expect(() => readPage('rows', { first: 1, last })).toThrow(refused('INVALID_PAGE_SIZE'));
    }
  });

  it('reads forward and 20 at once when nothing else is said; null says nothing', () => {
    const nothing = { list: 'rows', size: 20, direction: 'forward', after: null, before: null };
    expect(readPage('rows', {})).toEqual(nothing);
    expect(readPage('rows', { first: null, after: null, last: null, before: null })).toEqual(nothing);
    expect(readPage('rows', { first: null, last: 5 })).toMatchObject({ size: 5, direction: 'backward' });
    expect(readPage('rows', { first: MAXIMUM_PAGE_SIZE })).toMatchObject({ size: 100, direction: 'forward' });
  });

  it('refuses an empty cursor, in both places', () => {
    expect(() => readPage('rows', { after: '' })).toThrow(refused('INVALID_CURSOR'));
    expect(() => readPage('rows', { before: '' })).toThrow(refused('INVALID_CURSOR'));
  });
});

describe('cursors', () => {
  const position = { at: new Date('2026-01-31T12:34:56.789Z'), id: randomUUID() };
  /** What anybody can make who reads the source. */
  const forge = (moment: string, id: string, list = 'rows'): string => {
    const check = createHash('sha256').update(`${list}\n${moment}.${id}`).digest('base64url').slice(0, 8);
    return Buffer.from(`${moment}.${id}.${check}`).toString('base64url');
  };

  it.each([
    '2026-01-31T12:34:56.789Z',
    '1969-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
  ])('come back as they went, to the millisecond: %s', (at) => {
    const given = { at: new Date(at), id: position.id };
    expect(decodeCursor('rows', encodeCursor('rows', given))).toEqual(given);
    expect(encodeCursor('rows', given)).toMatch(/^[\w-]+$/);
  });

  it('belong to their list', () => {
    expect(() => decodeCursor('others', encodeCursor('rows', position))).toThrow(refused('INVALID_CURSOR'));
  });

  it('are refused when one character is another', () => {
    const good = encodeCursor('rows', position);
    for (let place = 0; place < good.length - 1; place += 1) {
      const damaged = `${good.slice(0, place)}${good[place] === 'A' ? 'B' : 'A'}${good.slice(place + 1)}`;
      expect(() => decodeCursor('rows', damaged)).toThrow(refused('INVALID_CURSOR'));
    }
  });

  it.each([
    ['nothing', ''],
    ['no base64', '****'],
    ['a megabyte', 'A'.repeat(1_000_000)],
    ['a row number', Buffer.from('arrayconnection:7').toString('base64')],
    ['a moment that is none', forge('!', randomUUID())],
    ['a moment beyond all calendars', forge('zzzzzzzzzzzzzzzz', randomUUID())],
    ['a moment that PostgreSQL does not read', forge((8.64e15).toString(36), randomUUID())],
    ['a moment before the first year', forge((-8e14).toString(36), randomUUID())],
    ['an id that is none', forge('abc', "1' OR 1=1")],
    ['an id with a zero byte', forge('abc', `${randomUUID()}\u0000`)],
    ['one part more', Buffer.from(`abc.${randomUUID()}.x.y`).toString('base64url')],
  ])('are refused when they hold %s, even with a right checksum', (_case, cursor) => {
    expect(() => decodeCursor('rows', cursor)).toThrow(refused('INVALID_CURSOR'));
  });
});
