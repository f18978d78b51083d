import { HeaderMap } from '@apollo/server';
import { GraphQLError, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { RouterContext } from '../identity/request-context.js';
import { callerOf, type Caller } from './caller-of.js';
import { Counter, type Standing } from './counter.js';
import { rootFieldsOf } from './root-fields-of.js';
import type { RateLimitRule } from './rules.js';
import type { RequestPlugin } from '../http/combine-plugins.js';

interface CountedRule {
  readonly rule: RateLimitRule;
  readonly counter: Counter;
  readonly operations: ReadonlySet<string> | undefined;
  readonly fields: ReadonlySet<string> | undefined;
}

/**
 * Refuses with 429 what is more than the rules let through, and tells the tightest limit in the `RateLimit` headers.
 * Every rule that fits a request counts it, a refused one too.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function limitRates(rules: ReadonlyArray<RateLimitRule>): RequestPlugin {
  const counted = rules.map((rule) => ({
    rule,
    counter: new Counter(rule),
    operations: rule.operations && new Set(rule.operations),
    fields: rule.fields && new Set(rule.fields),
  }));
  return {
    requestDidStart: () =>
      Promise.resolve({
        // There is none when the request does not say which it means; another plug-in refuses that.
        didResolveOperation: async (request: {
          readonly contextValue: RouterContext;
          readonly document: DocumentNode;
          readonly response: { readonly http: { readonly headers: HeaderMap } };
          readonly operation?: OperationDefinitionNode;
        }) => {
          const { contextValue, document, response, operation } = request;
          if (operation === undefined) {
            return;
          }
          const caller = callerOf(contextValue);
          let tightest: { readonly rule: RateLimitRule; readonly standing: Standing } | undefined;
          for (const each of counted) {
            if (fits(each, caller, document, operation)) {
              const standing = await each.counter.count(caller.key);
              if (tightest === undefined || isTighter(standing, tightest.standing)) {
                tightest = { rule: each.rule, standing };
              }
            }
          }
          if (tightest === undefined) {
            return;
          }
          const headers = headersOf(tightest.rule, tightest.standing);
          if (tightest.standing.isOver) {
            throw refusal(tightest.standing, headers);
          }
          headers.forEach((value, name) => response.http.headers.set(name, value));
        },
      }),
  };
}

function fits(
  { rule, operations, fields }: CountedRule,
  caller: Caller,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  return (
    (rule.callers === 'all' || (rule.callers === 'authenticated') === caller.isAuthenticated) &&
    (rule.type === undefined || String(operation.operation) === rule.type) &&
    (operations === undefined || operations.has(operation.name?.value ?? '')) &&
    (fields === undefined || rootFieldsOf(document, operation).some((name) => fields.has(name)))
  );
}

function isTighter(one: Standing, other: Standing): boolean {
  return one.isOver === other.isOver
    ? one.isOver
      ? one.seconds > other.seconds
      : one.remaining < other.remaining
    : one.isOver;
}

function headersOf({ name, requests, seconds: window }: RateLimitRule, standing: Standing): HeaderMap {
  const { remaining, seconds } = standing;
  return new HeaderMap([
    ['ratelimit-policy', `"${name}";q=${requests};w=${window}`],
    ['ratelimit', `"${name}";r=${remaining};t=${seconds}`],
    ...(standing.isOver ? ([['retry-after', String(seconds)]] as const) : []),
  ]);
}

function refusal({ seconds }: Standing, headers: HeaderMap): GraphQLError {
  return new GraphQLError(`Too many requests; wait ${seconds} s and try again.`, {
    extensions: { code: 'RATE_LIMITED', http: { status: 429, headers } },
  });
}
