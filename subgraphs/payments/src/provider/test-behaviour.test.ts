import { describe, expect, it } from '@jest/globals';
import { behaviourFor } from './test-behaviour.js';

describe('behaviourFor', () => {
  it.each([
    ['test:decline', 'DECLINED', 'answer', 0],
    ['rent test:timeout please', 'SUCCEEDED', 'silence', 0],
    ['test:late-webhook', 'SUCCEEDED', 'webhook', 1],
    ['test:late-decline', 'DECLINED', 'webhook', 1],
    ['a\ntest:duplicate-webhook', 'SUCCEEDED', 'answer', 2],
  ])('reads %j', (description, outcome, telling, webhooks) => {
    expect(behaviourFor(description)).toEqual({ outcome, telling, webhooks });
  });

  it.each([null, '', 'rent', 'test:', 'test:unknown', 'latest:decline', 'test:decline!', 'test:constructor'])(
    'lets %j succeed at once',
    (description) => {
      expect(behaviourFor(description)).toEqual({ outcome: 'SUCCEEDED', telling: 'answer', webhooks: 0 });
    },
  );
});
