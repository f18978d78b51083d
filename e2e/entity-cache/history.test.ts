import { describe, expect, it } from '@jest/globals';
import { findViolations, type Read, type Write } from './history.js';

const write = (version: number, answeredAt: number): Write => ({
  subject: 's',
  version,
  sentAt: answeredAt - 10,
  answeredAt,
});
const read = (version: number, sentAt: number, written?: number): Read => ({
  subject: 's',
  version,
  sentAt,
  answeredAt: sentAt + 5,
  ...(written === undefined ? {} : { written }),
});
const kinds = (reads: ReadonlyArray<Read>) =>
  findViolations([write(1, 0), write(2, 1_000)], reads, 1_000).map(({ kind }) => kind);

describe('findViolations', () => {
  it('lets a read be as old as the bound and no older', () => {
    expect(kinds([read(1, 1_999)])).toEqual([]);
    expect(kinds([read(1, 2_000)])).toEqual(['too old']);
    expect(kinds([read(2, 2_000)])).toEqual([]);
  });

  it('finds a writer who misses its own write, at once', () => {
    expect(kinds([read(1, 1_001, 2)])).toEqual(['own write missed']);
  });

  it('finds what nobody has written', () => {
    expect(kinds([read(2, 900)])).toEqual(['never written']);
  });

  it('does not mix subjects', () => {
    expect(kinds([{ ...read(0, 5_000), subject: 'other' }])).toEqual([]);
  });
});
