import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, parse, print } from 'graphql';
import type { AskedOperation, PolicyDecision } from '../execution/policy.js';
import type { RouterContext } from '../identity/request-context.js';
import { compose } from '../testing/test-router.js';
import { createOperationPolicy } from './operation-policy.js';
import { evaluateByToken } from './policy-evaluator.js';
import { readRequirements } from './requirements.js';
import { recordsSdl, reportsSdl } from './testing/clinic.js';

const sdl = compose([
  { name: 'records', url: 'http://records', sdl: recordsSdl },
  { name: 'reports', url: 'http://reports', sdl: reportsSdl },
]);
const schema = buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });
const requirements = readRequirements(sdl, schema);
if (requirements === undefined) {
  throw new Error('The clinic requires nothing.');
}
const decide = createOperationPolicy({
  schema,
  requirements,
  evaluate: evaluateByToken,
  unauthorized: 'filter',
});

function operationOf(source: string): Pick<AskedOperation, 'document' | 'operation'> {
  const document = parse(source);
  const operation = getOperationAST(document);
  if (!operation) {
    throw new Error('The text has no operation.');
  }
  return { document, operation };
}

function decisionFor(
  asked: Pick<AskedOperation, 'document' | 'operation'>,
  claims: Record<string, unknown> | undefined,
): PolicyDecision | undefined {
  const context = { claims } as unknown as RouterContext;
  const decision = decide({ ...asked, variables: {}, context });
  if (decision instanceof Promise) {
    throw new Error('Nothing was to be waited for.');
  }
  return decision;
}

const user = (scope: string, more: Record<string, unknown> = {}) => ({
  role: 'READER',
  scopes: new Set(scope.split(' ')),
  ...more,
});

describe('the decision about an operation', () => {
  it('is the same for everybody who lacks the same of what the operation asks for', () => {
    const asked = operationOf('{ patient { diagnosis name } }');
    const keys = ['a', 'b c', 'write', 'count vault', 'd'].map(
      (scope, index) => decisionFor(asked, user(scope, { sessionId: index }))?.key,
    );
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^unmet \d+$/);
    expect(decisionFor(asked, undefined)?.key).not.toBe(keys[0]);
    expect(decisionFor(asked, user('doctor'))).toBeUndefined();
    expect(decisionFor(asked, user('x'))).toBe(decisionFor(asked, user('y')));
  });

  it('is none where nothing is protected, whoever asks', () => {
    expect(decisionFor(operationOf('{ patient { nick } opening __typename }'), undefined)).toBeUndefined();
  });

  it('leaves out the withheld fields, and what is left empty by that', () => {
    const asked = operationOf(`query Q($if: Boolean!) {
      patient { name ...F @include(if: $if) ... on Patient { birth } }
      people { id ...P }
      roster { ...Unused }
      __schema { queryType { name } }
    }
    fragment F on Patient { name birth }
    fragment P on Person { name ... on Doctor { salary nick } }
    fragment Unused on Doctor { nick }`);
    const decision = decisionFor(asked, undefined);
    expect(decision && print(decision.document)).toBe(
      print(
        parse(`query Q($if: Boolean!) {
          patient { __typename }
          people { id ...P }
          __schema { queryType { name } }
        }
        fragment P on Person { ... on Doctor { nick } }`),
      ),
    );
  });
});
