import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CHAIN_BEGIN, hashEntry, sealEntry, type AuditEvent, type ChainHead } from './audit-chain.js';
import {
  MAXIMUM_BREAKS,
  verifyChain,
  type ChainReader,
  type ChainReport,
  type ChainRow,
} from './verify-chain.js';

/** Reads rows as a database would: in the order of their sequence, three at a time. */
function readerOf(rows: ReadonlyArray<ChainRow>): ChainReader {
  return async (after) =>
    rows
      .filter(({ entry }) => entry.sequence > after)
      .sort((one, other) => Number(one.entry.sequence - other.entry.sequence))
      .slice(0, 3);
}

function buildChain(length: number): ChainRow[] {
  const rows: ChainRow[] = [];
  let head: ChainHead = CHAIN_BEGIN;
  for (let index = 0; index < length; index += 1) {
    const row = sealEntry(head, makeEvent(index));
    rows.push(row);
    head = row.entry;
  }
  return rows;
}

function makeEvent(index: number): AuditEvent {
  return {
    id: randomUUID(),
    occurredAt: new Date(1_700_000_000_000 + index),
    action: 'setting.changed',
    resourceType: 'setting',
    resourceId: `setting.${index}`,
    actorId: index % 2 === 0 ? randomUUID() : null,
    ip: '192.0.2.7',
    userAgent: 'Browser/1.0',
    details: { from: index, to: [index + 1], version: 2 },
  };
}

const verify = (rows: ReadonlyArray<ChainRow>): Promise<ChainReport> => verifyChain(readerOf(rows));
const summary = ({ breaks }: ChainReport): string[] =>
  breaks.map(({ sequence, kind, parts }) => [`${sequence}`, kind, ...parts].join(' '));

describe('verifyChain', () => {
  it('finds a chain of several pages whole', async () => {
    const rows = buildChain(10);
    const last = rows.at(-1)!.entry;
    expect(await verify(rows)).toEqual({
      whole: true,
      entries: 10,
      head: { sequence: 10n, hash: last.hash },
      breaks: [],
    });
    expect(rows[0]!.entry.previousHash).toBe('0'.repeat(64));
  });

  it('finds an empty chain whole', async () => {
    expect(await verify([])).toEqual({ whole: true, entries: 0, head: CHAIN_BEGIN, breaks: [] });
  });

  it.each([
    ['action', 'setting.read'],
    ['resourceType', 'user'],
    ['resourceId', 'another'],
    ['occurredAt', new Date(0)],
    ['id', randomUUID()],
    ['actorCommitment', 'a'.repeat(64)],
    ['clientCommitment', 'a'.repeat(64)],
    ['detailsCommitment', 'a'.repeat(64)],
  ])('finds a changed %s', async (field, value) => {
    const rows = buildChain(5);
    rows[2] = { entry: { ...rows[2]!.entry, [field]: value }, disclosure: null };
    expect(summary(await verify(rows))).toEqual(['3 changed']);
  });

  it('finds a changed entry whose hash was made anew, by the entry after it', async () => {
    const rows = buildChain(5);
    const changed = { ...rows[2]!.entry, action: 'setting.read' };
    rows[2] = { ...rows[2]!, entry: { ...changed, hash: hashEntry(changed) } };
    expect(summary(await verify(rows))).toEqual(['4 unlinked']);
  });

  it('finds a removed entry', async () => {
    expect(summary(await verify(buildChain(5).toSpliced(1, 1)))).toEqual(['3 missing', '3 unlinked']);
  });

  it('finds a removed first entry', async () => {
    expect(summary(await verify(buildChain(3).slice(1)))).toEqual(['2 missing', '2 unlinked']);
  });

  it('finds entries that were put in each other’s place', async () => {
    const rows = buildChain(5);
    const [second, third] = [rows[1]!, rows[2]!];
    rows[1] = { ...third, entry: { ...third.entry, sequence: second.entry.sequence } };
    rows[2] = { ...second, entry: { ...second.entry, sequence: third.entry.sequence } };
    const report = await verify(rows);
    expect(report.whole).toBe(false);
    expect(summary(report)).toEqual(
      expect.arrayContaining(['2 unlinked', '2 changed', '3 unlinked', '3 changed', '4 unlinked']),
    );
  });

  it('tells by the head that the end was cut off', async () => {
    const rows = buildChain(5);
    const report = await verify(rows.slice(0, 4));
    expect(report.whole).toBe(true);
    expect(report.head).not.toEqual((await verify(rows)).head);
  });

  it('stays whole when disclosures are erased, in part or as a whole', async () => {
    const rows = buildChain(4);
    rows[0] = { ...rows[0]!, disclosure: null };
    rows[1] = {
      ...rows[1]!,
      disclosure: { ...rows[1]!.disclosure!, actorSalt: null, actorId: null },
    };
    rows[2] = {
      ...rows[2]!,
      disclosure: {
        ...rows[2]!.disclosure!,
        clientSalt: null,
        ip: null,
        userAgent: null,
        detailsSalt: null,
        details: null,
      },
    };
    expect(await verify(rows)).toMatchObject({ whole: true, entries: 4 });
  });

  it.each([
    ['actor', { actorId: randomUUID() }],
    ['actor', { actorId: null }],
    ['client', { ip: '192.0.2.8' }],
    ['client', { userAgent: null }],
    ['details', { details: { from: 0, to: [1], version: 3 } }],
    ['details', { details: null }],
  ])('finds a disclosure whose %s is not what was committed to', async (part, change) => {
    const rows = buildChain(3);
    rows[0] = { ...rows[0]!, disclosure: { ...rows[0]!.disclosure!, ...change } };
    expect(summary(await verify(rows))).toEqual([`1 falseDisclosure ${part}`]);
  });

  it('keeps a bounded number of breaks and counts every entry', async () => {
    const rows = buildChain(MAXIMUM_BREAKS + 20).map(({ entry }) => ({
      entry: { ...entry, action: 'forged' },
      disclosure: null,
    }));
    const report = await verify(rows);
    expect(report.breaks).toHaveLength(MAXIMUM_BREAKS);
    expect(report).toMatchObject({ whole: false, entries: MAXIMUM_BREAKS + 20 });
  });
});

describe('sealEntry', () => {
  it('commits to the same actor by another text each time, so that entries do not tell whose they are', () => {
    const event = makeEvent(0);
    const [one, other] = [sealEntry(CHAIN_BEGIN, event), sealEntry(CHAIN_BEGIN, event)];
    expect(one.entry.actorCommitment).not.toBe(other.entry.actorCommitment);
    expect(JSON.stringify({ ...one.entry, sequence: 1 })).not.toContain(event.actorId);
  });
});
