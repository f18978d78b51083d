import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from './test-fixtures.js';
import { createSchedule } from './test-schedule.js';
import { startLane, type Lane } from './test-schedule-lane.js';

/*
 * What no test thought of: producers write, undo, commit late, go back to a backup; consumers come, go and fail; pages
 * and messages are lost, repeated, late and out of order. In the end every replica holds what the model says, and every
 * acknowledged event took effect once. `SUPERGRAPH_SEED` runs the schedules of another seed again.
 */

const isFull = process.env['SUPERGRAPH_TEST_FULL'] !== undefined;
const SCHEDULES = isFull ? 200 : 40;
const BLOCK = 20;
const LANES = 3;
const seed = Number(process.env['SUPERGRAPH_SEED'] ?? Math.floor(Math.random() * 1_000_000));

let server: TestServer;
const lanes: Lane[] = [];

beforeAll(async () => {
  server = await startTestServer();
  for (let lane = 0; lane < LANES; lane += 1) {
    lanes.push(await startLane(server, `lane${lane}`));
  }
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.stop()));
  await server.stop();
});

describe(`random schedules from seed ${seed}`, () => {
  it.each(Array.from({ length: SCHEDULES / BLOCK }, (_, block) => block * BLOCK))(
    'leave every replica as it must be, from number %i',
    async (first) => {
      const left = Array.from({ length: BLOCK }, (_, index) => seed + first + index);
      const failed: string[] = [];
      const work = async (lane: Lane): Promise<void> => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const schedule = createSchedule(next);
          await lane.run(schedule).catch((error: unknown) => {
            failed.push(`seed ${schedule.seed}: ${String(error)}\n${JSON.stringify(schedule)}`);
          });
        }
      };
      await Promise.all(lanes.map(work));
      expect(failed).toEqual([]);
    },
    300_000,
  );
});
