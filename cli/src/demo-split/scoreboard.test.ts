import { describe, expect, it } from '@jest/globals';
import { failureOf } from './request-failure.js';
import { openScoreboard } from './scoreboard.js';

describe('openScoreboard', () => {
  it('counts a partial answer as a failure of the one service and an answer of the others', () => {
    const board = openScoreboard(['auth', 'payments']);
    board.answered(12, ['auth', 'payments']);
    board.failed(
      failureOf('reading', ['auth', 'payments'], {
        data: {},
        errors: [{ message: 'away', extensions: { code: 'SERVICE_UNAVAILABLE', service: 'payments' } }],
      }),
    );
    expect(board.counts()).toMatchObject({
      answered: 1,
      failed: 1,
      services: { auth: { answered: 2, failed: 0 }, payments: { answered: 1, failed: 1 } },
    });
    expect(board.counts().seconds[0]).toMatchObject({ longestMilliseconds: 12 });
  });

  it('counts a failure that names nobody with every service that was asked', () => {
    const board = openScoreboard(['auth', 'payments']);
    board.failed(failureOf('reading', ['auth', 'payments'], { data: null, errors: [{ message: 'late' }] }));
    expect(board.counts().services).toEqual({
      auth: { answered: 0, failed: 1 },
      payments: { answered: 0, failed: 1 },
    });
  });
});
