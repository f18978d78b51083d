import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ApplicationError } from './application-error.js';
import { describeCause } from './describe-cause.js';

describe('describeCause', () => {
  it('tells the chain of causes, each once', () => {
    const inner = new Error('connect ECONNREFUSED 127.0.0.1:4001');
    const middle = new TypeError('fetch failed', { cause: inner });
    expect(
      describeCause(new ApplicationError('SUBGRAPH_UNAVAILABLE', 'fetch failed', { cause: middle })),
    ).toBe('fetch failed: connect ECONNREFUSED 127.0.0.1:4001');
  });

  it('tells every address that a real connection failed for', async () => {
    const error = await new Promise<Error>((resolve) => {
      connect({
        host: 'several.test',
        port: 9,
        autoSelectFamily: true,
        lookup: (_host, _options, done) =>
          done(null, [
            { address: '127.0.0.1', family: 4 },
            { address: '127.0.0.2', family: 4 },
          ]),
      }).on('error', resolve);
    });
    expect(describeCause(error)).toBe('connect ECONNREFUSED 127.0.0.1:9; connect ECONNREFUSED 127.0.0.2:9');
  });

  it('ends with a chain that bites its own tail', () => {
    const error = new Error('round');
    error.cause = new Error('and round', { cause: error });
    expect(describeCause(error)).toBe('round: and round');
  });

  it.each<[string, unknown, string]>([
    ['a text', 'plain', 'plain'],
    ['a number', 7, '7'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['nothing', undefined, ''],
    ['a large integer in an object', { value: 1n }, 'something that is not an error was thrown'],
    ['an object without a prototype', Object.create(null), 'something that is not an error was thrown'],
    ['an error without a message', new RangeError(), 'RangeError'],
    ['an abort', new DOMException('This operation was aborted', 'AbortError'), 'This operation was aborted'],
  ])('takes %s', (_case, thrown, expected) => {
    expect(describeCause(thrown)).toBe(expected);
  });

  it('takes an object that refers to itself', () => {
    const object: Record<string, unknown> = { code: '23505' };
    object['self'] = object;
    expect(describeCause(object)).toBe('23505');
  });

  // The shapes are those that Prisma 7 and PostgreSQL 18 gave for the statements named.
  describe('leaves out the values that drivers quote', () => {
    const email = 'ada@person.example';

    it('the row of a broken check constraint', () => {
      const cause = {
        originalCode: '23514',
        originalMessage: 'new row for relation "users" violates check constraint "users_email_lower_case"',
        kind: 'postgres',
        detail: `Failing row contains (1, ${email}, $argon2id$v=19$secret).`,
      };
      const error = Object.assign(new Error('DriverAdapterError'), { cause });
      expect(describeCause(error)).toBe(`DriverAdapterError: 23514 ${cause.originalMessage}`);
    });

    it('the arguments of a call that does not fit', () => {
      const message = [
        '',
        'Invalid `prisma.user.create()` invocation in',
        '/app/users.ts:15:45',
        '',
        '  data: {',
        `    email: "${email}",`,
        '    role: "NOPE"',
        '  }',
        '',
        'Invalid value for argument `role`. Expected Role.',
      ].join('\n');
      expect(describeCause(new Error(message))).toBe('Invalid value for argument `role`. Expected Role.');
    });

    it.each([
      [`invalid input syntax for type uuid: "${email}"`, 'invalid input syntax for type uuid: "[redacted]"'],
      [`invalid input value for enum role: "${email}"`, 'invalid input value for enum role: "[redacted]"'],
      [
        `value "${email}" is out of range for type integer`,
        'value "[redacted]" is out of range for type integer',
      ],
      [`date/time field value out of range: "${email}"`, 'date/time field value out of range: "[redacted]"'],
      [
        `\nInvalid \`prisma.$queryRaw()\` invocation:\n\n\nRaw query failed. Code: \`22P02\`. Message: \`invalid input syntax for type uuid: "${email}"\``,
        'Raw query failed. Code: `22P02`. Message: `invalid input syntax for type uuid: "[redacted]"`',
      ],
    ])('%j', (message, expected) => {
      expect(describeCause(new Error(message))).toBe(expected);
    });
  });
});
