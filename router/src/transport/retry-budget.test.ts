import { describe, expect, it } from '@jest/globals';
import { backoffMilliseconds, RetryBudget } from './retry-budget.js';

function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.tryTake()) {
    taken += 1;
  }
  return taken;
}

describe('the budget of retries', () => {
  it('gives a few to begin with, and then a share of the requests', () => {
    const budget = new RetryBudget(10);
    expect(takeAll(budget)).toBe(10);
    for (let count = 0; count < 205; count += 1) {
      budget.deposit();
    }
    expect(takeAll(budget)).toBe(20);
  });

  it('saves up only so many', () => {
    const budget = new RetryBudget(100);
    for (let count = 0; count < 10_000; count += 1) {
      budget.deposit();
    }
    expect(takeAll(budget)).toBe(100);
  });

  it('gives none at 0 percent', () => {
    const budget = new RetryBudget(0);
    budget.deposit();
    expect(takeAll(budget)).toBe(0);
  });
});

describe('the wait before a retry', () => {
  it('lies between nothing and a bound that doubles up to half a second', () => {
    const bounds = [0, 1, 2, 10].map((attempt) => backoffMilliseconds(attempt, () => 1));
    expect(bounds).toEqual([20, 40, 80, 500]);
    expect(backoffMilliseconds(3, () => 0)).toBe(0);
  });
});
