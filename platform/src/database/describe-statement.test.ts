import { describe, expect, it } from '@jest/globals';
import { describeStatement } from './describe-statement.js';

describe('describeStatement', () => {
  it.each([
    ['SELECT "id" FROM "auth"."users" WHERE "email" = $1 LIMIT $2', 'SELECT auth.users'],
    ['INSERT INTO outbox (event_id) VALUES ($1)', 'INSERT outbox'],
    ['  update payments set status = $1', 'UPDATE payments'],
    ['BEGIN', 'BEGIN'],
    ['WITH x AS (DELETE FROM sessions RETURNING 1) SELECT 1', 'DELETE sessions'],
  ])('names %j by its operation and table', (text, summary) => {
    expect(describeStatement(text).summary).toBe(summary);
  });

  it.each([
    ["SELECT 'jane@example.com'", 'SELECT ?'],
    ["SELECT 'it''s secret', 'a\\', secret_column", 'SELECT ?, ?, secret_column'],
    ["SELECT E'it\\'s secret', 1", 'SELECT ?, ?'],
    ["SELECT e'\\\\', 'secret'", 'SELECT ?, ?'],
    ['SELECT $$secret$$, $tag$ secret $$ $tag$', 'SELECT ?, ?'],
    ['SELECT 42, 1.5e3, 0xff FROM t0 WHERE "a 1" = 7', 'SELECT ?, ?, ? FROM t0 WHERE "a 1" = ?'],
    ['SELECT 1 -- of jane@example.com\n, 2 /* secret */', 'SELECT ? , ?'],
    ["SELECT 'not closed, secret", 'SELECT ?'],
    ['SELECT 1 FROM t WHERE id IN ($1, $2,$3)', 'SELECT ? FROM t WHERE id IN (…)'],
  ])('keeps the values of %j to itself', (text, sanitized) => {
    expect(describeStatement(text).sanitized).toBe(sanitized);
  });

  it('bounds what it tells', () => {
    expect(describeStatement(`SELECT ${'a, '.repeat(5_000)}b`).sanitized.length).toBeLessThanOrEqual(2_000);
  });
});
