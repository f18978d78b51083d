import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startAdminUnderTest, type AdminUnderTest } from './admin-test-service.js';
import { forgetPerson } from './domain/forget-person.js';

const RUNS = 25;
const people = Array.from({ length: 4 }, () => randomUUID());

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdminUnderTest();
});
afterAll(() => admin.stop());

const person = fc.constantFrom(...people);
/** A new entry, or one that was told before: the number says which. */
const entry = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      actorId: fc.option(person),
      resourceId: fc.oneof(person, fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' })),
      details: fc.jsonValue({ depthSize: 'small', stringUnit: 'grapheme-ascii' }),
    }),
  },
  { weight: 1, arbitrary: fc.nat() },
);
const step = fc.oneof(
  // In one transaction, as a page of events.
  { weight: 3, arbitrary: fc.array(entry, { minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: person },
);

const idOfSequence = async (sequence: number) =>
  (
    await admin.database.query<{ id: string }>('SELECT id FROM audit_entries WHERE sequence = $1', [sequence])
  )[0]?.id;

describe('the audit log', () => {
  it(`is whole and complete after any sequence of appends, repetitions and erasures (${RUNS} runs)`, async () => {
    let ids: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        for (const one of steps) {
          if (typeof one === 'string') {
            const forgotten = await admin.store.inTransaction((parts) => forgetPerson(parts, one));
            expect(forgotten.audit.whole).toBe(true);
            continue;
          }
          await admin.append(
            one.flatMap((fields) => {
              if (typeof fields === 'number') {
                return ids.length === 0 ? [] : [{ id: ids[fields % ids.length]! }];
              }
              const id = randomUUID();
              ids = [...ids, id];
              return [{ ...fields, id, resourceType: 'user' }];
            }),
          );
        }
        expect(await admin.verify()).toMatchObject({ whole: true, entries: ids.length, breaks: [] });
        const left = await admin.database.query(
          `SELECT 1 FROM audit_entries e JOIN audit_entry_details d ON d.entry_id = e.id
             JOIN erased_people p ON p.user_id = d.actor_id OR (e.resource_id = p.user_id::text AND d.details IS NOT NULL)`,
        );
        expect(left).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it(`shows any one altered row at that row (${RUNS} runs)`, async () => {
    await admin.append(Array.from({ length: 30 }, (_, index) => ({ resourceId: `thing-${index}` })));
    const { entries } = await admin.verify();
    const column = fc.constantFrom(
      'action',
      'resource_type',
      'resource_id',
      'actor_commitment',
      'client_commitment',
      'details_commitment',
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: entries }), column, async (sequence, name) => {
        const [row] = await admin.database.query<{ value: string }>(
          `SELECT ${name} AS value FROM audit_entries WHERE sequence = $1`,
          [sequence],
        );
        const value = row!.value;
        // A hash must still look like one.
        const altered = name.endsWith('commitment')
          ? `${value.startsWith('0') ? '1' : '0'}${value.slice(1)}`
          : `${value}!`;
        await alter(name, sequence, altered);
        const report = await admin.verify();
        await alter(name, sequence, value);
        expect(report.breaks.map((one) => [one.sequence, one.id])).toContainEqual([
          BigInt(sequence),
          await idOfSequence(sequence),
        ]);
        expect(new Set(report.breaks.map((one) => one.sequence))).toEqual(new Set([BigInt(sequence)]));
        expect((await admin.verify()).whole).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

/** As somebody who has the whole database does. */
async function alter(column: string, sequence: number, value: string): Promise<void> {
  await admin.database.query('ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_are_append_only');
  await admin.database.query(`UPDATE audit_entries SET ${column} = $2 WHERE sequence = $1`, [
    sequence,
    value,
  ]);
  await admin.database.query('ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_append_only');
}
