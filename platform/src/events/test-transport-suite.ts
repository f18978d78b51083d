import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { parseEnvelope, type ReceivedEvent } from './envelope.js';
import { renewEpoch } from './epoch.js';
import { beginningOf, type Position } from './position.js';
import { eventually, tellWidgets, type TestDatabase } from './test-fixtures.js';
import type { EventPage, EventTransport, FollowOptions } from './transport.js';

/** A source with its carrier, for {@link describeTransport}. */
export interface TransportHarness {
  /** The database of `maker`, the source. */
  readonly maker: TestDatabase;
  createTransport(): EventTransport;
  /** Breaks what is open between the source and its readers, once. */
  cut(): Promise<void> | void;
  /** The source or its carrier is away from the first to the second. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/** Someone who follows, and what came. */
interface Follower {
  readonly pages: EventPage[];
  readonly ended: Promise<unknown>;
  events(): ReadonlyArray<ReceivedEvent>;
  stop(): Promise<unknown>;
}

/**
 * What every transport of events must do, whatever carries them: all of them, in order, once a position, until told
 * to stop.
 */
export function describeTransport(name: string, start: () => Promise<TransportHarness>): void {
  describe(`the ${name} transport`, () => {
    let harness: TransportHarness;
    const opened: { readonly follower: Follower; readonly transport: EventTransport }[] = [];

    beforeAll(async () => {
      harness = await start();
    });
    afterEach(async () => {
      for (const { follower, transport } of opened.splice(0)) {
        await follower.stop();
        await transport.close();
      }
    });
    afterAll(() => harness.stop());

    const follow = (options: Partial<FollowOptions>): Follower => {
      const transport = harness.createTransport();
      const ending = new AbortController();
      const pages: EventPage[] = [];
      const run = async (): Promise<void> => {
        for await (const page of transport.follow({ after: 'start', ...options, signal: ending.signal })) {
          pages.push(page);
        }
      };
      const ended = run().then(
        () => undefined,
        (error: unknown) => error,
      );
      const follower: Follower = {
        pages,
        ended,
        events: () => pages.flatMap((page) => page.events.map(requireEvent)),
        stop() {
          ending.abort();
          return ended;
        },
      };
      opened.push({ follower, transport });
      return follower;
    };
    const tell = async (count: number, type?: 'maker.widget.made'): Promise<string> => {
      const id = randomUUID();
      for (let version = 1; version <= count; version += 1) {
        await tellWidgets(harness.maker, { id, version, ...(type === undefined ? {} : { type }) });
      }
      return id;
    };
    const versionsOf = (follower: Follower, id: string): ReadonlyArray<number> =>
      follower
        .events()
        .filter(({ aggregate }) => aggregate.id === id)
        .map(({ data }) => (data as { version: number }).version);
    const numbersTo = (count: number): ReadonlyArray<number> =>
      Array.from({ length: count }, (_, index) => index + 1);
    const head = async (): Promise<Position> => {
      const transport = harness.createTransport();
      try {
        return await transport.head();
      } finally {
        await transport.close();
      }
    };

    it('gives every event in order, those before and those after the beginning', async () => {
      const before = await tell(5);
      const follower = follow({ after: 'start' });
      await eventually('the first events came', () => versionsOf(follower, before).length === 5);
      const after = await tell(20);
      await eventually('the later events came', () => versionsOf(follower, after).length === 20);
      expect(versionsOf(follower, before)).toEqual(numbersTo(5));
      expect(versionsOf(follower, after)).toEqual(numbersTo(20));
      const sequences = follower.events().map(({ sequence }) => sequence);
      expect(sequences).toEqual([...sequences].sort((one, other) => Number(one - other)));
      expect(new Set(sequences).size).toBe(sequences.length);
    });

    it('gives pages that follow on one another, and goes on from any of their positions', async () => {
      const id = await tell(30);
      const follower = follow({});
      await eventually('all came', () => versionsOf(follower, id).length === 30);
      const pages = [...follower.pages];
      expect(pages.slice(1).map(({ after }) => after)).toEqual(
        pages.slice(0, -1).map(({ position }) => position),
      );
      const middle = requireEvent(pages.flatMap(({ events }) => events).at(-15));
      const resumed = follow({
        after: { epoch: middle.epoch, sequence: middle.sequence, eventId: middle.id },
      });
      await eventually('the rest came', () => resumed.events().length >= 14);
      expect(resumed.events().map((event) => event.id)).toEqual(
        follower
          .events()
          .slice(-14)
          .map((event) => event.id),
      );
    });

    it('begins at the tail behind everything that has committed', async () => {
      await tell(3);
      const follower = follow({ after: 'tail' });
      await eventually('it began', () => follower.pages.length > 0);
      const id = await tell(2);
      await eventually('the later events came', () => versionsOf(follower, id).length === 2);
      expect(follower.events()).toHaveLength(2);
    });

    it('leaves other types out and moves over them', async () => {
      const wanted = await tell(2, 'maker.widget.made');
      await tell(10);
      const end = await head();
      const follower = follow({ types: ['maker.widget.made'] });
      await eventually(
        'it moved to the end',
        () => follower.pages.at(-1)?.position.sequence === end.sequence,
      );
      expect(versionsOf(follower, wanted)).toEqual([1, 2]);
      expect(follower.events().every(({ type }) => type === 'maker.widget.made')).toBe(true);
    });

    it('holds back what commits early until what was numbered before it is settled', async () => {
      const [slow, quick] = [randomUUID(), randomUUID()];
      const follower = follow({ after: 'tail' });
      await eventually('it began', () => follower.pages.length > 0);
      const client = await harness.maker.pool.connect();
      try {
        await client.query('BEGIN');
        await client.query(
          `INSERT INTO outbox (event_id, type, version, aggregate_type, aggregate_id, data, entities)
           VALUES (gen_random_uuid(), 'maker.widget.renamed', 1, 'widget', $1, $2, '[]')`,
          [slow, { id: slow, name: 'slow', version: 1 }],
        );
        await tellWidgets(harness.maker, { id: quick, version: 1 });
        const heard = follower.pages.length;
        await eventually('heartbeats came meanwhile', () => follower.pages.length > heard + 1);
        expect(follower.events()).toEqual([]);
        await client.query('COMMIT');
      } finally {
        client.release();
      }
      await eventually('both came', () => follower.events().length === 2);
      expect(follower.events().map(({ aggregate }) => aggregate.id)).toEqual([slow, quick]);
    });

    it('goes on after broken connections and an absent source, without a hole or a repetition', async () => {
      const follower = follow({ after: 'tail' });
      await eventually('it began', () => follower.pages.length > 0);
      const first = await tell(5);
      await harness.cut();
      const second = await tell(5);
      await eventually('it came back', () => versionsOf(follower, second).length === 5);
      await harness.goAway();
      const third = await tell(5);
      await harness.comeBack();
      await eventually('it came back again', () => versionsOf(follower, third).length === 5);
      for (const id of [first, second, third]) {
        expect(versionsOf(follower, id)).toEqual(numbersTo(5));
      }
      expect(follower.events()).toHaveLength(15);
    });

    it('is heard while nothing happens, and ends when told to', async () => {
      const follower = follow({ after: 'tail' });
      await eventually('heartbeats came', () => follower.pages.length > 3);
      expect(follower.events()).toEqual([]);
      expect(await follower.stop()).toBeUndefined();
    });

    it.each<[string, (position: Position) => Position, string]>([
      [
        'ahead of the log',
        (position) => ({ ...position, sequence: position.sequence + 5n }),
        'POSITION_UNKNOWN',
      ],
      [
        'of another event at its number',
        (position) => ({ ...position, eventId: randomUUID() }),
        'POSITION_UNKNOWN',
      ],
      ['of another epoch', (position) => ({ ...position, epoch: randomUUID() }), 'EPOCH_CHANGED'],
      [
        'that calls a number the beginning',
        ({ epoch }) => ({ ...beginningOf(epoch), sequence: 1n }),
        'POSITION_UNKNOWN',
      ],
    ])('refuses a position %s', async (_what, alter, code) => {
      await tell(2);
      const follower = follow({ after: alter(await head()) });
      expect(await follower.ended).toMatchObject({ name: 'FeedRefusal', code });
    });

    it('tells one who follows that the epoch changed', async () => {
      const follower = follow({ after: 'tail' });
      await eventually('it began', () => follower.pages.length > 0);
      const owner = new pg.Client({ connectionString: harness.maker.ownerUrl });
      await owner.connect();
      await owner.query(`SET search_path = ${harness.maker.schema}`);
      const epoch = await renewEpoch(owner);
      await owner.end();
      expect(await follower.ended).toMatchObject({ name: 'FeedRefusal', code: 'EPOCH_CHANGED' });
      expect((await head()).epoch).toBe(epoch);
    });
  });
}

function requireEvent(envelope: unknown): ReceivedEvent {
  const parsed = parseEnvelope(envelope);
  if (parsed.type === 'broken') {
    throw new Error(parsed.detail);
  }
  return parsed.event;
}
