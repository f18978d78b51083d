import { describe, expect, it } from '@jest/globals';
import { isUniqueViolation } from './unique-violation.js';

/** As Prisma 7.10 gives it over its adapter for pg, for `INSERT` into a table with a unique index. */
const violation = {
  name: 'PrismaClientKnownRequestError',
  code: 'P2002',
  meta: {
    modelName: 'Email',
    driverAdapterError: {
      name: 'DriverAdapterError',
      cause: {
        originalCode: '23505',
        originalMessage: 'duplicate key value violates unique constraint "subscribers_handle_key"',
        kind: 'UniqueConstraintViolation',
        constraint: { index: 'subscribers_handle_key' },
        table: 'subscribers',
      },
    },
  },
};

describe('isUniqueViolation', () => {
  it('knows a violation, and by which constraint', () => {
    expect(isUniqueViolation(violation)).toBe(true);
    expect(isUniqueViolation(violation, 'handle')).toBe(true);
    expect(isUniqueViolation(violation, 'subscribers_handle_key')).toBe(true);
    expect(isUniqueViolation({ code: 'P2002', meta: { target: ['tenant', 'handle'] } }, 'handle')).toBe(true);
    expect(
      isUniqueViolation(
        { code: 'P2002', meta: { driverAdapterError: { cause: { constraint: { fields: ['handle'] } } } } },
        'handle',
      ),
    ).toBe(true);
  });

  it('does not take the name of the model, or words of the message, for the constraint', () => {
    expect(isUniqueViolation(violation, 'Email')).toBe(false);
    expect(isUniqueViolation(violation, 'duplicate')).toBe(false);
    expect(isUniqueViolation(violation, 'tenant')).toBe(false);
  });

  it.each([
    undefined,
    null,
    'P2002',
    {},
    { code: 'P2003', meta: violation.meta },
    { code: 'P2002' },
    { code: 'P2002', meta: null },
  ])('is false for %j with a constraint that it does not name', (error) => {
    expect(isUniqueViolation(error, 'handle')).toBe(false);
  });
});
