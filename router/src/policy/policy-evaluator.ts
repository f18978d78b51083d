import type { AccessTokenClaims } from '@supergraph/platform/identity';
import type { RouterContext } from '../identity/request-context.js';

/**
 * Says which of the policies that an operation depends on (`@policy`) whoever asks for it fulfils. It is asked once a
 * request, for such operations only; what it throws fails the request.
 *
 * @param names the policies in question, each once
 * @returns those that are fulfilled; others than were asked for are of no account
 */
export type PolicyEvaluator = (
  names: ReadonlyArray<string>,
  context: RouterContext,
) => Iterable<string> | Promise<Iterable<string>>;

/**
 * Takes the verified token at its word: it fulfils the policies that its claim `policies` lists, and `role:NAME` when
 * its role is NAME. Nobody fulfils any.
 */
export const evaluateByToken: PolicyEvaluator = (names, { claims }) =>
  claims === undefined ? [] : names.filter((name) => fulfils(claims, name));

function fulfils({ role, policies }: AccessTokenClaims, name: string): boolean {
  return name === `role:${role}` || policies?.has(name) === true;
}
