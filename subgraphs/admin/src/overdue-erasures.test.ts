import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAdminWithSources, stepDone, until, type AdminWithSources } from './test-support.js';

let system: AdminWithSources;
let adminToken: string;
beforeAll(async () => {
  system = await startAdminWithSources({ ADMIN_ERASURE_STEP_DEADLINE_SECONDS: '1' });
  adminToken = await system.admin.identity.tokenFor({ role: 'ADMIN' });
});
afterAll(() => system.stop());

const erasures = async () =>
  (
    await system.admin.client.query(
      '{ erasures(first: 1) { edges { node { id state overdue steps { service state attempts overdue } } } } }',
      { token: adminToken },
    )
  ).data.erasures.edges[0].node;
const requests = async (erasureId: string) =>
  (
    await system.admin.database.query(
      `SELECT 1 FROM outbox WHERE type = 'admin.erasure.requested' AND data ->> 'erasureId' = $1`,
      [erasureId],
    )
  ).length;
const gauge = async () =>
  /^erasure_steps_overdue\{[^}]*\} (\d+)$/m.exec(
    await (await fetch(`${system.admin.url}/metrics`)).text(),
  )?.[1];

describe('an overdue step of an erasure', () => {
  it('is shown in the graph and the metrics, and asked for again until it is done', async () => {
    const userId = randomUUID();
    await system.admin.client.query(`mutation { requestErasure(input: { userId: "${userId}" }) { isNew } }`, {
      token: adminToken,
    });
    const { id: erasureId } = await erasures();
    expect(await requests(erasureId)).toBe(1);
    await until(async () => (await requests(erasureId)) >= 3);
    const late = await erasures();
    expect(late).toMatchObject({ state: 'RUNNING', overdue: true });
    expect(late.steps[0]).toMatchObject({ service: 'auth', state: 'RUNNING', overdue: true });
    expect(late.steps[0].attempts).toBeGreaterThanOrEqual(3);
    expect(late.steps[1]).toMatchObject({
      service: 'profile',
      state: 'WAITING',
      attempts: 0,
      overdue: false,
    });
    expect(await gauge()).toBe('1');

    // What is told more than once, because it was asked for more than once, counts once.
    for (const service of ['auth', 'profile', 'payments'] as const) {
      await system.sources[service].tell(
        stepDone(service, { userId, erasureId }),
        stepDone(service, { userId, erasureId }),
      );
    }
    await until(async () => (await erasures()).state === 'COMPLETED');
    expect(await erasures()).toMatchObject({ overdue: false });
    expect(await gauge()).toBe('0');
  });
});
