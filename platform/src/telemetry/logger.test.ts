import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildTestProgram, type TestProgram } from '../testing/test-program.js';

/** Logs to a real standard output, since that is where the logger writes. */
let program: TestProgram;
let lines: Record<string, Record<string, unknown>>;
let output: string;

beforeAll(async () => {
  program = await buildTestProgram(`
    import { createLogger, runInRequest, startTrace } from './telemetry/index.js';
    import { ApplicationError } from './errors/index.js';
    const logger = createLogger('orders', 'info');
    const person = { email: 'leak-1', name: 'leak-2', phone: 'leak-3', address: 'leak-4', displayName: 'leak-5' };
    logger.debug('leak: below the level');
    logger.info({ ...person, id: 'kept' }, 'top');
    logger.info({ input: { user: person, id: 'kept' } }, 'nested');
    logger.info({ users: [person, person] }, 'listed');
    logger.info({ headers: {
      authorization: 'leak-6', cookie: 'leak-7', 'set-cookie': 'leak-8', 'x-supergraph-secret': 'leak-9',
      'x-forwarded-client-ip': 'leak-10', 'content-type': 'kept',
    } }, 'headers');
    logger.info({ request: { clientIp: 'leak-11', clientUserAgent: 'leak-12' }, databaseUrl: 'leak-13' }, 'request');
    logger.info({ accessToken: 'leak-14', refreshToken: 'leak-15', password: 'leak-16', passwordHash: 'leak-17' }, 'secrets');
    const driver = Object.assign(new Error('new row violates a check', { cause: { detail: 'Failing row contains (leak-18)' } }), {
      code: '23514', detail: 'Failing row contains (leak-19)', client: { password: 'leak-20' }, body: 'leak-21',
      meta: { driverAdapterError: { cause: { detail: 'leak-22' } } },
    });
    logger.error({ err: new ApplicationError('INTERNAL_SERVER_ERROR', 'the outer', { cause: driver }) }, 'failed');
    logger.error({ err: new Error('two\\n    lines: "leak-23" is in the message only', { cause: Object.freeze(new Error('frozen')) }) }, 'message');
    logger.error({ err: 'a text' }, 'text');
    logger.error({ err: undefined }, 'undefined');
    const trace = startTrace();
    runInRequest(trace, () => logger.info({ expected: trace.traceId }, 'traced'));
  `);
  const running = program.start();
  expect(await running.ended).toEqual({ status: 0, signal: null });
  output = running.output();
  lines = Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .map((line) => [String(line['msg']), line]),
  );
});
afterAll(() => program.remove());

describe('createLogger', () => {
  it('writes one JSON object a line with the service, the level, the time and the trace', () => {
    expect(lines['top']).toMatchObject({ service: 'orders', level: 'info', id: 'kept' });
    expect(Date.parse(String(lines['top']?.['time']))).not.toBeNaN();
    expect(lines['top']).not.toHaveProperty('traceId');
    expect(lines['traced']?.['traceId']).toBe(lines['traced']?.['expected']);
  });

  it('leaves out personal data and secrets at every depth, and keeps the rest', () => {
    const leaks = new Set(output.match(/leak(-\d+|:)/g));
    // Of an error's message the writer is master; its stack, which would repeat it, is told without it.
    expect([...leaks]).toEqual(['leak-23']);
    expect(output.match(/leak-23/g)).toHaveLength(1);
    expect(lines['nested']).toMatchObject({ input: { user: { email: '[redacted]' }, id: 'kept' } });
    expect(lines['listed']).toMatchObject({ users: [{ name: '[redacted]' }, { name: '[redacted]' }] });
    expect(lines['headers']).toMatchObject({
      headers: { 'content-type': 'kept', authorization: '[redacted]' },
    });
  });

  it('tells of an error its type, code, messages and places, and nothing else that hangs on it', () => {
    const err = lines['failed']?.['err'] as Record<string, string>;
    expect(Object.keys(err).sort()).toEqual(['code', 'message', 'stack', 'type']);
    expect(err).toMatchObject({ type: 'ApplicationError', code: 'INTERNAL_SERVER_ERROR' });
    expect(err['message']).toContain('the outer: new row violates a check');
    expect(err['stack']).toMatch(/^ {4}at [^]*\ncaused by Error\n {4}at /);
    expect(lines['text']).toMatchObject({ err: { message: 'a text' } });
    expect(lines['undefined']).toBeDefined();
  });
});
