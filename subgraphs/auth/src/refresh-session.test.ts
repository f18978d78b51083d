import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startAuthUnderTest, type AuthUnderTest } from './auth-test-service.js';

const REFRESH = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  __typename ... on SignedIn { accessToken refreshToken refreshTokenExpiresAt } ... on Problem { code } } }`;

const RUNS = process.env['SUPERGRAPH_TEST_FULL'] === undefined ? 40 : 250;

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const refresh = async (refreshToken: string) =>
  (await auth.client.query(REFRESH, { variables: { input: { refreshToken } } })).data.refreshSession;
/** Lets time pass for a session as far as its grace goes. */
const afterTheGrace = (sessionId: string) =>
  auth.database.query("UPDATE sessions SET rotated_at = rotated_at - interval '10 s' WHERE id = $1", [
    sessionId,
  ]);
const isRevoked = async (sessionId: string): Promise<boolean> =>
  (await auth.database.query('SELECT 1 FROM sessions WHERE id = $1 AND revoked_at IS NOT NULL', [sessionId]))
    .length === 1;

describe('Mutation.refreshSession', () => {
  it('gives another pair each time, and access tokens that work', async () => {
    const { refreshToken, id } = await auth.register('chain@example.com');
    let current = refreshToken;
    for (let turn = 0; turn < 3; turn += 1) {
      const next = await refresh(current);
      expect(next.__typename).toBe('SignedIn');
      expect(next.refreshToken).not.toBe(current);
      const me = await auth.client.query('{ me { id } }', { token: next.accessToken });
      expect(me.data.me.id).toBe(id);
      current = next.refreshToken;
    }
  });

  it('gives the same successor again within the grace, while that is unused', async () => {
    const { refreshToken } = await auth.register('lost-answer@example.com');
    const first = await refresh(refreshToken);
    const again = await refresh(refreshToken);
    expect(again.refreshToken).toBe(first.refreshToken);
    expect(again.refreshTokenExpiresAt).toBe(first.refreshTokenExpiresAt);
    expect((await refresh(first.refreshToken)).__typename).toBe('SignedIn');
  });

  it('ends the family when a spent token comes after its successor was used', async () => {
    const { refreshToken, sessionId } = await auth.register('reuse@example.com');
    const second = await refresh(refreshToken);
    const third = await refresh(second.refreshToken);
    expect(await refresh(refreshToken)).toEqual({
      __typename: 'InvalidRefreshTokenProblem',
      code: 'INVALID_REFRESH_TOKEN',
    });
    expect(await isRevoked(sessionId)).toBe(true);
    expect((await refresh(third.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
  });

  it('ends the family when a spent token comes after the grace', async () => {
    const { refreshToken, sessionId } = await auth.register('late-reuse@example.com');
    const second = await refresh(refreshToken);
    await afterTheGrace(sessionId);
    expect((await refresh(refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh(second.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
  });

  it('gives eight at once, all of which find the token good, the same successor', async () => {
    const { refreshToken } = await auth.register('together@example.com');
    const answers = await auth.collide(
      'sessions',
      Array.from({ length: 8 }, () => () => refresh(refreshToken)),
    );
    expect(answers.map(({ __typename }) => __typename as string)).toEqual(answers.map(() => 'SignedIn'));
    expect(new Set(answers.map((answer) => answer.refreshToken as string)).size).toBe(1);
    expect((await refresh(answers[0].refreshToken)).__typename).toBe('SignedIn');
  });

  it('ends nobody’s session for a forged token', async () => {
    const { refreshToken, sessionId } = await auth.register('forged@example.com');
    const [, bits, proof] = refreshToken.split('.');
    for (const forged of [
      `${sessionId}.${'a'.repeat(43)}.${proof}`,
      `${sessionId}.${bits}.${'a'.repeat(43)}`,
    ]) {
      expect((await refresh(forged)).code).toBe('INVALID_REFRESH_TOKEN');
    }
    expect((await refresh(refreshToken)).__typename).toBe('SignedIn');
  });

  it('keeps no token in clear', async () => {
    const { refreshToken } = await auth.register('clear@example.com');
    const next = await refresh(refreshToken);
    const rows = JSON.stringify(await auth.rowsOf('sessions'));
    for (const token of [refreshToken, next.refreshToken as string]) {
      for (const part of token.split('.').slice(1)) {
        expect(rows).not.toContain(part);
      }
    }
  });

  it(`is held by this property: whatever comes in whatever order, a reuse ends the family for good (${RUNS} runs)`, async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ back: fc.nat(3), late: fc.boolean() }), { minLength: 1, maxLength: 8 }),
        async (steps) => {
          runs += 1;
          const { refreshToken, sessionId } = await auth.register(`property-${runs}@example.com`);
          const issued = [refreshToken];
          let ended = false;
          let inGrace = false;
          for (const { back, late } of steps) {
            if (late) {
              await afterTheGrace(sessionId);
              inGrace = false;
            }
            const index = Math.max(0, issued.length - 1 - back);
            const age = issued.length - 1 - index;
            const answer = await refresh(issued[index] ?? '');
            const isGood: boolean = !ended && (age === 0 || (age === 1 && inGrace));
            expect(answer.__typename).toBe(isGood ? 'SignedIn' : 'InvalidRefreshTokenProblem');
            ended ||= !isGood;
            expect(await isRevoked(sessionId)).toBe(ended);
            if (isGood && age === 0) {
              issued.push(answer.refreshToken as string);
              inGrace = true;
            } else if (isGood) {
              expect(answer.refreshToken).toBe(issued[index + 1]);
            }
          }
        },
      ),
      { numRuns: RUNS },
    );
    expect(runs).toBe(RUNS);
  }, 600_000);
});
