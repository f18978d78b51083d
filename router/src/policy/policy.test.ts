import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRouter, type TestRouter, type TokenChanges } from '../testing/test-router.js';
import type { TestSubgraph } from '../testing/test-subgraph.js';
import { startClinic } from './testing/clinic.js';

let records: TestSubgraph;
let reports: TestSubgraph;
let router: TestRouter;
beforeAll(async () => {
  ({ records, reports } = await startClinic());
  router = await startTestRouter([records, reports]);
});
afterAll(async () => {
  await router.stop();
  await Promise.all([records.kill(), reports.kill()]);
});
beforeEach(() => {
  records.requests.length = 0;
  reports.requests.length = 0;
});

type Viewer = TokenChanges | 'nobody';

async function ask(
  query: string,
  viewer: Viewer,
  { of = router, variables = {} }: { of?: TestRouter; variables?: Record<string, unknown> } = {},
) {
  const headers =
    viewer === 'nobody' ? undefined : { authorization: `Bearer ${await of.sign({ scope: '', ...viewer })}` };
  const answer = await of.ask(query, { variables, ...(headers === undefined ? {} : { headers }) });
  return {
    status: answer.status,
    data: answer.data,
    errors: (answer.errors ?? []).map(
      ({ path, extensions }) => `${path?.join('.')} ${String(extensions['code'])}`,
    ),
    messages: (answer.errors ?? []).map(({ message }) => message),
  };
}

const sent = (): string =>
  [...records.requests, ...reports.requests].map(({ body }) => body.query).join('\n');
const unauthorized = (path: string): string => `${path} UNAUTHORIZED_FIELD_OR_TYPE`;

describe('a field that somebody may not have', () => {
  it('is null with an error at its path, and no subgraph is asked for it', async () => {
    const { data, errors, messages, status } = await ask('{ patient { nick secret: name } }', 'nobody');
    expect({ data, errors, status }).toEqual({
      data: { patient: { nick: 'Patient.nick', secret: null } },
      errors: [unauthorized('patient.secret')],
      status: 200,
    });
    expect(messages).toEqual(['Sign in to read Patient.name.']);
    expect(sent()).not.toMatch(/\bname\b/);
  });

  it('is there for whoever may have it', async () => {
    const { data, errors } = await ask('{ patient { nick secret: name } }', {});
    expect({ data, errors }).toEqual({
      data: { patient: { nick: 'Patient.nick', secret: 'Patient.name' } },
      errors: [],
    });
  });

  it('takes with it what may not be null: `null` goes up to where it may stand', async () => {
    expect(await ask('{ patients { id birth } opening }', 'nobody')).toMatchObject({
      data: null,
      errors: [unauthorized('patients.0.birth'), unauthorized('patients.1.birth')],
    });
    expect(await ask('{ patient { id birth } opening }', 'nobody')).toMatchObject({
      data: { patient: null, opening: 'Query.opening' },
      errors: [unauthorized('patient.birth')],
    });
    expect(await ask('{ count }', {})).toMatchObject({ data: null, errors: [unauthorized('count')] });
  });

  it('leaves the object there of which nothing else is asked for', async () => {
    expect(await ask('{ patient { name } }', 'nobody')).toMatchObject({ data: { patient: { name: null } } });
    expect(
      await ask(
        '{ count2: opening ...F } fragment F on Query { patient { ...G } } fragment G on Patient { name }',
        'nobody',
      ),
    ).toMatchObject({
      data: { count2: 'Query.opening', patient: { name: null } },
      errors: [unauthorized('patient.name')],
    });
  });

  it('costs no fetch when nothing else is asked for', async () => {
    expect(await ask('{ roster { name } vault { code } }', 'nobody')).toMatchObject({
      data: { roster: null, vault: null },
      errors: [unauthorized('roster'), unauthorized('vault')],
    });
    expect(records.requests).toEqual([]);
  });

  it('is left out of a mutation, the rest of which is carried out', async () => {
    const { data, errors, messages } = await ask('mutation { close { id } open { id } }', {
      scope: 'medical',
    });
    expect({ data, errors }).toEqual({
      data: { close: null, open: { id: 'opened' } },
      errors: [unauthorized('close')],
    });
    expect(messages).toEqual(['You may not use Mutation.close; ask somebody who may.']);
    expect(sent()).not.toContain('close');
    expect(await ask('mutation { close { id } }', { scope: 'write medical' })).toMatchObject({
      data: { close: { id: 'closed' } },
    });
  });

  it('is not told of where `@skip` and `@include` leave it out', async () => {
    const query = 'query Q($with: Boolean! = false) { patient { nick name @include(if: $with) } }';
    expect(await ask(query, 'nobody')).toMatchObject({
      data: { patient: { nick: 'Patient.nick' } },
      errors: [],
    });
    expect(await ask(query, 'nobody', { variables: { with: true } })).toMatchObject({
      data: { patient: { nick: 'Patient.nick', name: null } },
      errors: [unauthorized('patient.name')],
    });
  });
});

describe('scopes', () => {
  it.each<[string, boolean]>([
    ['', false],
    ['medical', false],
    ['read', false],
    ['medical-read', false],
    ['read medical', true],
    ['doctor', true],
    ['other doctor', true],
  ])('%j: all of one set are needed', async (scope, may) => {
    const { data, errors } = await ask('{ patient { diagnosis } }', { scope });
    expect(data?.['patient'].diagnosis).toBe(may ? 'Patient.diagnosis' : null);
    expect(errors).toEqual(may ? [] : [unauthorized('patient.diagnosis')]);
  });

  it('of an enum and of an object hold for every field that gives one', async () => {
    const query =
      '{ patient { state vault { id code } } vault { id } things { __typename ... on Vault { code } } }';
    expect((await ask(query, { scope: 'state' })).data).toEqual({
      patient: { state: 'GRAVE', vault: null },
      vault: null,
      things: [{ __typename: 'Patient' }, { __typename: 'Doctor' }, null, null],
    });
    expect((await ask(query, { scope: 'vault' })).data).toEqual({
      patient: { state: null, vault: { id: 'v', code: 'Vault.code' } },
      vault: { id: 'v' },
      things: [
        { __typename: 'Patient' },
        { __typename: 'Doctor' },
        null,
        { __typename: 'Vault', code: 'Vault.code' },
      ],
    });
    expect((await ask(query, 'nobody')).data).toMatchObject({ vault: null });
  });
});

describe('policies', () => {
  const query = '{ people { ... on Doctor { salary } } patient { key } }';

  it.each<[string, TokenChanges, boolean]>([
    ['no claim', {}, false],
    ['one of two', { policies: ['payroll'] }, false],
    ['both', { policies: ['people', 'payroll'] }, true],
    ['the role', { role: 'ADMIN' }, true],
    ['the role under another name', { role: 'admin' }, false],
    ['a policy that is called like the role', { policies: ['role:ADMIN'] }, true],
  ])('with %s in the token', async (_, viewer, may) => {
    const { data } = await ask(query, viewer);
    expect(data?.['people']).toEqual([{}, may ? { salary: 'Doctor.salary' } : null, null]);
    expect(data?.['patient'].key).toBeNull();
  });

  it('are judged once a request by the function that the program gives, those in question only', async () => {
    const asked: Array<ReadonlyArray<string>> = [];
    const own = await startTestRouter(
      [records, reports],
      {},
      {
        evaluatePolicies: async (names, { claims }) => {
          asked.push(names);
          await Promise.resolve();
          return claims?.role === 'KEEPER' ? ['secrets', 'more than was asked for'] : [];
        },
      },
    );
    try {
      expect((await ask('{ patient { key nick } }', { role: 'KEEPER' }, { of: own })).data).toEqual({
        patient: { key: 'Patient.key', nick: 'Patient.nick' },
      });
      expect((await ask('{ patient { key nick } }', {}, { of: own })).data).toEqual({
        patient: { key: null, nick: 'Patient.nick' },
      });
      expect((await ask('{ patient { nick } }', {}, { of: own })).errors).toEqual([]);
      expect(asked).toEqual([['secrets'], ['secrets']]);
    } finally {
      await own.stop();
    }
  });
});

describe('an interface', () => {
  it('withholds a field that one of its types protects, and its other types give it by their own name', async () => {
    const { data, errors } = await ask('{ people { name nick ... on Doctor { own: name } } }', 'nobody');
    expect(data).toEqual({
      people: [
        { name: null, nick: 'Patient.nick' },
        { name: null, nick: 'Doctor.nick', own: 'Doctor.name' },
        null,
      ],
    });
    expect(errors).toEqual([unauthorized('people.0.name'), unauthorized('people.1.name')]);
  });

  it('gives the field where it is asked for by a type that does not protect it, too', async () => {
    const { data, errors } = await ask('{ people { name ... on Doctor { name } } }', 'nobody');
    expect(data).toEqual({ people: [{ name: null }, { name: 'Doctor.name' }, null] });
    expect(errors).toEqual([unauthorized('people.0.name')]);
  });
});

describe('a field that is computed from protected ones', () => {
  it('is withheld with them, and given with them, though the client asks for neither', async () => {
    expect((await ask('{ latest { id summary } }', {})).data).toEqual({ latest: { id: 'p', summary: null } });
    expect(sent()).not.toContain('diagnosis');
    expect((await ask('{ latest { id summary letter } }', { scope: 'doctor' })).data).toEqual({
      latest: { id: 'p', summary: 'Patient.summary Patient.diagnosis', letter: 'Patient.letter Doctor.nick' },
    });
  });
});

describe('what the schema says about itself', () => {
  it('is not withheld', async () => {
    const { data, errors } = await ask(
      '{ __typename __type(name: "Vault") { name } things { __typename } }',
      'nobody',
    );
    expect(data).toMatchObject({ __typename: 'Query', __type: { name: 'Vault' } });
    expect(errors).toEqual([]);
  });
});

describe('ROUTER_UNAUTHORIZED=reject', () => {
  let strict: TestRouter;
  beforeAll(async () => {
    strict = await startTestRouter([records, reports], { ROUTER_UNAUTHORIZED: 'reject' });
  });
  afterAll(() => strict.stop());

  it('refuses an operation that asks for what may not be had, before anything is fetched', async () => {
    const query = '{ patient { nick ...F } } fragment F on Patient { was: name state }';
    const { data, errors, messages, status } = await ask(query, 'nobody', { of: strict });
    expect({ data, errors, status }).toEqual({
      data: undefined,
      errors: [unauthorized('patient.was')],
      status: 401,
    });
    expect(messages[0]).toContain('Sign in to read Patient.name. You may not read Patient.state;');
    expect(records.requests).toEqual([]);
    expect((await ask(query, {}, { of: strict })).status).toBe(403);
  });

  it('answers what may be had, and what `@skip` leaves', async () => {
    const query = 'query Q($less: Boolean! = true) { patient { nick name @skip(if: $less) } }';
    const allowed = { data: { patient: { nick: 'Patient.nick' } }, errors: [], status: 200 };
    expect(await ask(query, 'nobody', { of: strict })).toMatchObject(allowed);
    expect(await ask(query, 'nobody', { of: strict, variables: { less: false } })).toMatchObject({
      status: 401,
    });
    expect(await ask('{ patient { nick name } }', {}, { of: strict })).toMatchObject({
      status: 200,
      errors: [],
    });
  });
});
