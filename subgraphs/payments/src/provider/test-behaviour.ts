/** How the test provider deals with an order. */
export interface TestBehaviour {
  readonly outcome: 'SUCCEEDED' | 'DECLINED';
  /** `answer`: at once; `silence`: carried out, but the answer is lost; `webhook`: `pending`, told later. */
  readonly telling: 'answer' | 'silence' | 'webhook';
  /** How many times the outcome is sent as a webhook. */
  readonly webhooks: 0 | 1 | 2;
}

/** By the word in the description; an order without one succeeds at once. See docs/payments-test-provider.md. */
const BEHAVIOURS: Readonly<Record<string, TestBehaviour>> = {
  'test:decline': { outcome: 'DECLINED', telling: 'answer', webhooks: 0 },
  'test:timeout': { outcome: 'SUCCEEDED', telling: 'silence', webhooks: 0 },
  'test:late-webhook': { outcome: 'SUCCEEDED', telling: 'webhook', webhooks: 1 },
  'test:late-decline': { outcome: 'DECLINED', telling: 'webhook', webhooks: 1 },
  'test:duplicate-webhook': { outcome: 'SUCCEEDED', telling: 'answer', webhooks: 2 },
};
const SUCCEEDS: TestBehaviour = { outcome: 'SUCCEEDED', telling: 'answer', webhooks: 0 };
const WORD = /(?:^|\s)(test:[a-z-]+)(?=\s|$)/;

/** Chooses by the first word of the description that begins with `test:`; an unknown one chooses nothing. */
export function behaviourFor(description: string | null): TestBehaviour {
  const word = WORD.exec(description ?? '')?.[1];
  return (word === undefined ? undefined : BEHAVIOURS[word]) ?? SUCCEEDS;
}
