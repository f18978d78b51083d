import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { CALLER_HEADER, SECRET_HEADER } from '../identity/index.js';
import { formatPosition } from './position.js';
import { startTestFeed, type TestFeed } from './test-feed.js';
import {
  eventually,
  startTestServer,
  tellWidgets,
  type TestDatabase,
  type TestServer,
} from './test-fixtures.js';

interface Line {
  readonly after: string;
  readonly position: string;
  readonly events: ReadonlyArray<{ readonly subject: string }>;
  readonly error?: { readonly code: string; readonly message: string };
}

let server: TestServer;
let maker: TestDatabase;
let feed: TestFeed;

beforeAll(async () => {
  server = await startTestServer();
  maker = await server.createDatabase('maker');
  feed = await startTestFeed(maker);
});
afterAll(async () => {
  await feed.stop();
  await server.stop();
});

const get = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${feed.url}?${query}`, {
    headers: { [CALLER_HEADER]: 'shop', [SECRET_HEADER]: feed.secret, ...headers },
  });
const lines = async (response: Response): Promise<ReadonlyArray<Line>> =>
  (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const refusal = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { error: { code: string; message: string } }).error,
});

describe('GET /events', () => {
  it('gives what there is, page by page', async () => {
    const id = randomUUID();
    await tellWidgets(maker, ...[1, 2, 3, 4, 5].map((version) => ({ id, version })));
    const [first] = await lines(await get('after=start&limit=3'));
    expect(first?.events).toHaveLength(3);
    const all = await lines(await get(`after=${first?.position}&limit=3`));
    expect(all.flatMap(({ events }) => events)).toHaveLength(2);
    expect(all[0]?.after).toBe(first?.position);
  });

  it.each([
    ['no caller', { [CALLER_HEADER]: '' }],
    ['a wrong secret', { [SECRET_HEADER]: 'x'.repeat(36) }],
    ['another caller with this secret', { [CALLER_HEADER]: 'router' }],
  ])('refuses %s in plain words', async (_what, headers) => {
    const answer = await refusal(await get('after=start', headers));
    expect(answer).toMatchObject({ status: 403, code: 'CALLER_REFUSED' });
    expect(answer.message).toMatch(/other services/);
  });

  it.each([
    ['', 'after'],
    ['after=start&limit=0', 'limit'],
    ['after=start&limit=5000', 'limit'],
    ['after=start&wait=soon', 'wait'],
    ['after=start&wait=99999999', 'wait'],
    ['after=start&consumer=a%2Fb', 'consumer'],
  ])('refuses the request `%s` and names the parameter', async (query, parameter) => {
    const answer = await refusal(await get(query));
    expect(answer).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(answer.message).toContain(parameter);
  });

  it('begins at a time, also at one before the first event and after the last', async () => {
    const id = randomUUID();
    await tellWidgets(maker, { id, version: 1 });
    const between = new Date(Date.now() + 2);
    await eventually('time passes', () => Date.now() > between.getTime());
    await tellWidgets(maker, { id, version: 2 });
    const transport = feed.createTransport();
    try {
      const position = await transport.positionAt(between);
      const [page] = await lines(await get(`after=${formatPosition(position)}`));
      expect(page?.events.map(({ subject }) => subject)).toEqual([id]);
      expect((await transport.positionAt(new Date(0))).sequence).toBe(0n);
      expect(await transport.positionAt(new Date(Date.now() + 60_000))).toEqual(await transport.head());
    } finally {
      await transport.close();
    }
  });

  it('refuses another method', async () => {
    const response = await fetch(feed.url, {
      method: 'POST',
      headers: { [CALLER_HEADER]: 'shop', [SECRET_HEADER]: feed.secret },
    });
    expect(await refusal(response)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });

  it('refuses a position that was altered, in plain words', async () => {
    const [page] = await lines(await get('after=tail'));
    const position = page?.position as string;
    const altered = (position.startsWith('B') ? 'C' : 'B') + position.slice(1);
    const answer = await refusal(await get(`after=${altered}`));
    expect(answer).toMatchObject({ status: 409, code: 'POSITION_UNKNOWN' });
    expect(answer.message).toMatch(/altered/);
  });

  it('remembers how far a consumer that gives its name has read', async () => {
    const [page] = await lines(await get('after=tail'));
    await get(`after=${page?.position}&consumer=copies`);
    const { rows } = await maker.pool.query(
      `SELECT name, sequence = (SELECT max(sequence) FROM outbox) AS at_end FROM outbox_consumers`,
    );
    expect(rows).toEqual([{ name: 'shop/copies', at_end: true }]);
  });

  it('ends open answers with a last page when the process ends, and refuses new ones', async () => {
    const ending = await startTestFeed(maker);
    const ask = () =>
      fetch(`${ending.url}?after=tail&wait=60000`, {
        headers: { [CALLER_HEADER]: 'shop', [SECRET_HEADER]: ending.secret },
      });
    const open = await ask();
    ending.feed.stop();
    expect((await lines(open)).at(-1)).toHaveProperty('position');
    expect(await refusal(await ask())).toMatchObject({ status: 503, code: 'SHUTTING_DOWN' });
    await ending.stop();
  });

  it('says that its database is away, at the beginning and in the middle', async () => {
    const own = await startTestServer();
    const database = await own.createDatabase('maker');
    const away = await startTestFeed(database);
    const ask = () =>
      fetch(`${away.url}?after=tail&wait=60000`, {
        headers: { [CALLER_HEADER]: 'shop', [SECRET_HEADER]: away.secret },
      });
    const open = await ask();
    await own.halt();
    expect((await lines(open)).at(-1)?.error?.code).toBe('DATABASE_UNAVAILABLE');
    const failing = await refusal(await ask());
    expect(failing).toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE' });
    expect(failing.message).not.toMatch(/ECONN|127\.0\.0\.1/);
    await away.stop();
    await own.stop();
  });

  it('shows in a restored log that events which were read are gone', async () => {
    const [page] = await lines(await get('after=tail'));
    await tellWidgets(maker, { id: randomUUID(), version: 1 });
    const [read] = await lines(await get(`after=${page?.position}`));
    // What a restore to the time before leaves: the event gone, its number given again.
    const superuser = new pg.Client({ connectionString: maker.superuserUrl });
    await superuser.connect();
    await superuser.query('SET search_path = maker');
    await superuser.query('DELETE FROM outbox WHERE sequence = (SELECT max(sequence) FROM outbox)');
    await superuser.query(`SELECT setval('outbox_sequence', (SELECT max(sequence) FROM outbox))`);
    await superuser.end();
    await eventually('the log was seen to have gone back', async () => {
      const answer = await get(`after=${read?.position}`);
      return answer.status === 409 && (await refusal(answer)).message.includes('ahead of the log');
    });
    await tellWidgets(maker, { id: randomUUID(), version: 1 });
    const answer = await refusal(await get(`after=${read?.position}`));
    expect(answer).toMatchObject({ status: 409, code: 'POSITION_UNKNOWN' });
    expect(answer.message).toContain('another event');
  });
});
