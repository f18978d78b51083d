import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Routine } from '../catalog/index.js';
import { mentionsOfRoutine } from './parse-routine.js';
import { fingerprintOf, loadParser, mentionsOf, mentionsOfRecorded, worksWithRows } from './parse-sql.js';
import { parseSearchPath } from './resolve-names.js';

beforeAll(() => loadParser());

/** The relations as they are written. */
function relations(sql: string): ReadonlyArray<string> {
  return mentionsOf(sql)
    .relations.map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`))
    .sort();
}

describe('mentionsOf', () => {
  it.each([
    ['SELECT * FROM a JOIN s.b USING (id) WHERE EXISTS (SELECT FROM c)', ['a', 'c', 's.b']],
    ['INSERT INTO a SELECT * FROM b ON CONFLICT (id) DO UPDATE SET x = (SELECT 1 FROM c)', ['a', 'b', 'c']],
    ['UPDATE a SET x = 1 FROM b WHERE a.id = b.id', ['a', 'b']],
    ['DELETE FROM a USING b WHERE a.id = b.id', ['a', 'b']],
    ['MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE', ['a', 'b']],
    ['SELECT 1 FROM a UNION SELECT 1 FROM b', ['a', 'b']],
    ['COPY a FROM STDIN', ['a']],
    ['TRUNCATE a, s.b', ['a', 's.b']],
    ['SELECT * FROM "Odd ""name"', ['Odd "name']],
  ])('finds the relations of %s', (sql, expected) => {
    expect(relations(sql)).toEqual(expected);
  });

  it('does not take names that a statement defines itself for relations', () => {
    expect(relations('WITH a AS (SELECT * FROM t) SELECT * FROM a')).toEqual(['t']);
    // Not recursive: inside, the name still means the table.
    expect(relations('WITH a AS (SELECT * FROM a) SELECT * FROM a')).toEqual(['a']);
    expect(relations('WITH RECURSIVE a AS (SELECT 1 UNION SELECT * FROM a, t) SELECT * FROM a')).toEqual([
      't',
    ]);
    expect(relations('WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b')).toEqual([]);
    // What is written to, and what has a schema, is a relation whatever is defined.
    expect(relations('WITH a AS (SELECT 1) INSERT INTO a SELECT * FROM a')).toEqual(['a']);
    expect(relations('WITH a AS (SELECT 1) SELECT * FROM s.a')).toEqual(['s.a']);
    expect(relations('SELECT * FROM t AS x FOR UPDATE OF x')).toEqual(['t']);
  });

  it('finds the functions that are called', () => {
    expect(mentionsOf('SELECT f(1), s.g() FROM h()').functions).toEqual([
      { schema: undefined, name: 'f' },
      { schema: 's', name: 'g' },
      { schema: undefined, name: 'h' },
    ]);
  });

  it('tells statements that work with rows from others', () => {
    const worksOnRows = (sql: string): boolean => worksWithRows(mentionsOf(sql));
    expect(['SELECT 1', 'COPY a TO STDOUT', 'EXPLAIN SELECT 1'].map(worksOnRows)).toEqual([true, true, true]);
    expect(['ALTER TABLE a ADD b int', 'BEGIN', 'SET x = 1'].map(worksOnRows)).toEqual([false, false, false]);
  });
});

describe('mentionsOfRecorded', () => {
  it('reads what the statistics make of statements', () => {
    expect(mentionsOfRecorded('SAVEPOINT $1')?.relations).toEqual([]);
    expect(
      mentionsOfRecorded(`SELECT * FROM a WHERE b > now() - INTERVAL $1 LIMIT $2`)?.relations,
    ).toHaveLength(1);
    expect(mentionsOfRecorded('SELEC oops')).toBeUndefined();
  });
});

describe('fingerprintOf', () => {
  it('is the same for layout and constants, another for another table', () => {
    const one = fingerprintOf('SELECT a FROM t WHERE b IN (1, 2)');
    expect(fingerprintOf('select a\n from t where b in ($1)')).toBe(one);
    expect(fingerprintOf('SELECT a FROM u WHERE b IN (1, 2)')).not.toBe(one);
  });
});

describe('mentionsOfRoutine', () => {
  const routine = (language: string, definition: string): Routine => ({
    ...{ schema: 's', name: 'f', arguments: '', kind: 'function', owner: 'o', uses: [] },
    language,
    definition,
  });
  const names = (found: Routine) => mentionsOfRoutine(found).relations.map(({ name }) => name);

  it('reads every statement and expression of PL/pgSQL', () => {
    const body = `CREATE FUNCTION s.f() RETURNS int LANGUAGE plpgsql AS $$
      DECLARE n int := (SELECT count(*) FROM a); r record;
      BEGIN
        n := n + (SELECT max(id) FROM b);
        IF EXISTS (SELECT FROM c) THEN PERFORM g(1); END IF;
        FOR r IN SELECT * FROM d LOOP INSERT INTO e VALUES (r.id); END LOOP;
        RETURN (SELECT 1 FROM h);
      END $$`;
    expect([...names(routine('plpgsql', body))].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'h']);
    expect(mentionsOfRoutine(routine('plpgsql', body)).functions).toContainEqual({
      schema: undefined,
      name: 'g',
    });
    expect(mentionsOfRoutine(routine('plpgsql', body)).unread).toEqual([]);
  });

  it('reads a body in SQL, however it is quoted', () => {
    expect(
      names(
        routine(
          'sql',
          `CREATE OR REPLACE FUNCTION s.f()\n RETURNS int\n LANGUAGE sql\nAS $function$\n SELECT 1 FROM a\n$function$\n`,
        ),
      ),
    ).toEqual(['a']);
    expect(
      names(
        routine(
          'sql',
          `CREATE OR REPLACE FUNCTION s.f()\n RETURNS int\n LANGUAGE sql\nBEGIN ATOMIC\n SELECT 1 FROM a;\nEND\n`,
        ),
      ),
    ).toEqual(['a']);
  });

  it('says what it cannot judge', () => {
    const dynamic = `CREATE FUNCTION s.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM a'; END $$`;
    expect(mentionsOfRoutine(routine('plpgsql', dynamic)).unread).toEqual([
      'it puts SQL together when it runs (EXECUTE)',
    ]);
    expect(mentionsOfRoutine(routine('c', 'CREATE FUNCTION …')).unread).toEqual(['it is written in c']);
    expect(mentionsOfRoutine(routine('plpgsql', 'no function')).unread).toHaveLength(1);
  });
});

describe('parseSearchPath', () => {
  it('reads what settings hold', () => {
    expect(parseSearchPath('"$user", public')).toEqual(['$user', 'public']);
    expect(parseSearchPath('Shop,"Odd ""one", x')).toEqual(['shop', 'Odd "one', 'x']);
    expect(parseSearchPath('""')).toEqual(['']);
  });
});
