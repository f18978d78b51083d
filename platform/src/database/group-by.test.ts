import { describe, expect, it } from '@jest/globals';
import { groupBy } from './group-by.js';

describe('groupBy', () => {
  it('keeps the order of groups and of rows, and knows keys by identity', () => {
    const rows = ['bb', 'a', 'cc', 'd', 'ee'];
    expect([...groupBy(rows, (row) => row.length)]).toEqual([
      [2, ['bb', 'cc', 'ee']],
      [1, ['a', 'd']],
    ]);
    expect([...groupBy([], String)]).toEqual([]);
    expect([...groupBy(['__proto__', 'constructor'], (row) => row).keys()]).toEqual([
      '__proto__',
      'constructor',
    ]);
  });
});
