import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { currentRequest, runInRequest } from './request-scope.js';
import { startTrace } from './trace-context.js';

describe('runInRequest', () => {
  it('keeps requests that run side by side apart, through promises, timers and events', async () => {
    const results = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const trace = startTrace();
        const scope = await runInRequest(trace, async () => {
          for (let statement = 0; statement < index % 7; statement += 1) {
            await turn();
            await new Promise((resolve) => process.nextTick(resolve));
            (currentRequest() ?? { sqlStatements: 0 }).sqlStatements += 1;
          }
          return currentRequest();
        });
        return { scope, trace, expected: index % 7 };
      }),
    );
    for (const { scope, trace, expected } of results) {
      expect(scope).toEqual({ trace, sqlStatements: expected });
    }
  });

  it('is over when its work is, and gives what the work gives', () => {
    expect(currentRequest()).toBeUndefined();
    expect(runInRequest(startTrace(), () => 7)).toBe(7);
    expect(() =>
      runInRequest(startTrace(), () => {
        throw new RangeError('thrown through');
      }),
    ).toThrow('thrown through');
    expect(currentRequest()).toBeUndefined();
  });

  it('gives a request within a request a scope of its own', () => {
    const [outer, inner] = [startTrace(), startTrace()];
    runInRequest(outer, () => {
      runInRequest(inner, () => expect(currentRequest()?.trace).toBe(inner));
      expect(currentRequest()?.trace).toBe(outer);
    });
  });
});
