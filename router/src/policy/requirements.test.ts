import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { compose } from '../testing/test-router.js';
import { isMet, type Condition, type Grants } from './condition.js';
import { readRequirements } from './requirements.js';
import { recordsSdl, reportsSdl } from './testing/clinic.js';

const composed = compose([
  { name: 'records', url: 'http://records', sdl: recordsSdl },
  { name: 'reports', url: 'http://reports', sdl: reportsSdl },
]);
const SIGNED_IN = 'signed in';
const MEDICAL = 'doctor or medical+read';

function requirementsOf(sdl: string): ((coordinate: string) => ReadonlyArray<string>) | undefined {
  const requirements = readRequirements(sdl, buildSchema(sdl, { assumeValid: true, assumeValidSDL: true }));
  return (
    requirements &&
    ((coordinate) => {
      const [type = '', field = ''] = coordinate.split('.');
      return requirements
        .ofField(type, field)
        .map((place) => describeCondition(requirements.conditions[place]));
    })
  );
}

function describeCondition(condition: Condition | undefined): string {
  return condition === undefined || condition.kind === 'authenticated'
    ? SIGNED_IN
    : condition.anyOf
        .map((all) => all.join('+'))
        .sort()
        .join(' or ');
}

describe('what a field requires', () => {
  const required = requirementsOf(composed);

  it.each<[string, ReadonlyArray<string>]>([
    ['Query.opening', []],
    ['Query.patient', []],
    ['Query.roster', [SIGNED_IN]],
    ['Query.count', ['count']],
    ['Mutation.close', ['medical+write']],
    ['Patient.id', []],
    ['Patient.name', [SIGNED_IN]],
    ['Patient.diagnosis', [MEDICAL]],
    ['Patient.state', ['state']],
    ['Patient.key', ['secrets']],
    ['Patient.vault', [SIGNED_IN, 'vault']],
    ['Query.vaults', [SIGNED_IN, 'vault']],
    ['Vault.code', [SIGNED_IN, 'vault']],
    ['Doctor.salary', ['payroll+people or role:ADMIN']],
    ['Doctor.name', []],
    ['Person.name', [SIGNED_IN]],
    ['Person.nick', []],
    ['Patient.summary', [MEDICAL]],
    ['Patient.letter', []],
    ['Patient.unknown', []],
    ['Query.__typename', []],
  ])('%s', (coordinate, expected) => {
    expect([...(required?.(coordinate) ?? [])].sort()).toEqual([...expected].sort());
  });

  it('is not to be asked about a supergraph without such directives', () => {
    const plain = compose([{ name: 'a', url: 'http://a', sdl: 'type Query { a: Int }' }]);
    expect(requirementsOf(plain)).toBeUndefined();
  });

  it('counts in what composition before 2.12 left out: interfaces, and what a field is computed from', () => {
    const older = composed
      .replace(/(interface Person[^}]*name: String) @signedIn/, '$1')
      .replace(/(summary: String[^\n]*) @requiresScopes\([^\n]*/, '$1');
    expect(older.length).toBeLessThan(composed.length - 40);
    const requiredOfOlder = requirementsOf(older);
    expect(requiredOfOlder?.('Person.name')).toEqual([SIGNED_IN]);
    expect(requiredOfOlder?.('Patient.summary')).toEqual([MEDICAL]);
  });
});

describe('a condition', () => {
  const grants = (changes: Partial<Grants>): Grants => ({
    isAuthenticated: false,
    scopes: new Set(),
    policies: new Set(),
    ...changes,
  });
  const anyOf = [['a', 'b'], ['c']];

  it.each<[Condition, Partial<Grants>, boolean]>([
    [{ kind: 'authenticated' }, {}, false],
    [{ kind: 'authenticated' }, { isAuthenticated: true }, true],
    [{ kind: 'scopes', anyOf }, { scopes: new Set('a') }, false],
    [{ kind: 'scopes', anyOf }, { scopes: new Set('ab') }, true],
    [{ kind: 'scopes', anyOf }, { scopes: new Set('bc') }, true],
    [{ kind: 'scopes', anyOf }, { policies: new Set('c') }, false],
    [{ kind: 'policies', anyOf }, { policies: new Set('c') }, true],
    [{ kind: 'policies', anyOf }, { scopes: new Set('c') }, false],
    [{ kind: 'scopes', anyOf: [] }, { scopes: new Set('abc') }, false],
    [{ kind: 'scopes', anyOf: [[]] }, {}, true],
  ])('%j with %j', (condition, changes, met) => {
    expect(isMet(condition, grants(changes))).toBe(met);
  });
});
