import { describe, expect, it } from '@jest/globals';
import { BoundedNames, OTHER } from './bounded-names.js';
import { ClientPrograms } from './client-program.js';

describe('BoundedNames', () => {
  it('bounds the names that somebody makes up', () => {
    const names = new BoundedNames(10, 3);
    const given = new Set<string>();
    for (let number = 0; number < 20_000; number += 1) {
      for (let use = 0; use < 4; use += 1) {
        given.add(names.nameFor(`made up ${number}`));
      }
    }
    expect(given.size).toBe(11);
    expect(given).toContain(OTHER);
  });

  it('gives a place to what comes often, and none to what comes once', () => {
    const names = new BoundedNames(1, 3);
    expect(['once', 'often', 'often', 'often', 'often'].map((name) => names.nameFor(name))).toEqual([
      OTHER,
      OTHER,
      OTHER,
      'often',
      'often',
    ]);
    names.nameFor('late');
    names.nameFor('late');
    expect(names.nameFor('late')).toBe(OTHER);
  });

  it('keeps places for what is expected', () => {
    const names = new BoundedNames(0, 1);
    names.expect(['Expected']);
    expect([names.nameFor('Expected'), names.nameFor('Else')]).toEqual(['Expected', OTHER]);
  });
});

describe('ClientPrograms', () => {
  it('tells programs apart once they have come some times', () => {
    const programs = new ClientPrograms();
    programs.programFor('web', '1');
    programs.programFor('web', '1');
    const web = programs.programFor('web', '1');
    expect(web).toEqual({ name: 'web', version: '1' });
    expect(programs.programFor('web', '1')).toBe(web);
    expect(programs.programFor('web', undefined)).toEqual({ name: 'web', version: 'unknown' });
    expect(programs.programFor(undefined, undefined)).toEqual({ name: 'unknown', version: 'unknown' });
  });

  it.each([['x'.repeat(65)], ['line\nbreak'], ['<script>'], ['"']])('takes %j for no name', (name) => {
    const programs = new ClientPrograms();
    programs.programFor(name, '1');
    programs.programFor(name, '1');
    expect(programs.programFor(name, '1')).toEqual({ name: 'other', version: 'other' });
  });

  it('bounds programs and versions together', () => {
    const programs = new ClientPrograms();
    const given = new Set<unknown>();
    for (let number = 0; number < 5_000; number += 1) {
      for (let use = 0; use < 3; use += 1) {
        given.add(programs.programFor(`program ${number}`, '1'));
        given.add(programs.programFor('web', `version ${number}`));
      }
    }
    expect(given.size).toBeLessThanOrEqual(350);
  });
});
