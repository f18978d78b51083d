import { describe, expect, it } from '@jest/globals';
import { parseAcknowledgements } from './acknowledgements.js';

const entry = { change: 'FIELD_REMOVED: …', reason: 'No client reads it since May.', date: '2026-11-02' };

describe('parseAcknowledgements', () => {
  it('takes no file for no acknowledgements', () => {
    expect(parseAcknowledgements(undefined)).toEqual({ acknowledgements: [], problems: [] });
  });

  it('gives the entries', () => {
    expect(parseAcknowledgements(JSON.stringify([entry]))).toEqual({
      acknowledgements: [entry],
      problems: [],
    });
  });

  it.each([
    ['an entry without a reason', [{ ...entry, reason: undefined }], 'entry 1, reason: say why'],
    ['an empty reason', [{ ...entry, reason: '  ' }], 'entry 1, reason: say why clients will cope with it'],
    [
      'a date that is none',
      [entry, { ...entry, date: '2026-02-30' }],
      'entry 2, date: write the date as YYYY-MM-DD',
    ],
    ['a misspelt member', [{ ...entry, resaon: 'x' }], 'resaon'],
    ['the same change twice', [entry, entry], 'is acknowledged twice'],
  ])('refuses %s', (_what, entries, problem) => {
    expect(parseAcknowledgements(JSON.stringify(entries)).problems.join('\n')).toContain(problem);
  });

  it('refuses what is no JSON', () => {
    expect(parseAcknowledgements('[{').problems[0]).toContain('not valid JSON');
  });
});
