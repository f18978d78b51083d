import type { SandboxLogin } from '../../../../src/sandbox/configuration.js';
import { explainedFetch } from '../../graphql/explained-fetch.js';

interface Answer {
  readonly data?: unknown;
  readonly errors?: ReadonlyArray<{ readonly message?: string }>;
}

/** Runs a login's operation and gives its token. @throws Error with the answer's own words when it fails. */
export async function requestToken(endpoint: string, login: SandboxLogin): Promise<string> {
  const response = await explainedFetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: login.document, variables: login.variables }),
  });
  return readToken((await response.json()) as Answer, login.tokenPath);
}

/** The text at `tokenPath` in an answer's data. @throws Error with the answer's errors, or that there is no token. */
export function readToken(answer: Answer, tokenPath: string): string {
  const token = tokenPath
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null
          ? (value as Answer & Record<string, unknown>)[name]
          : undefined,
      answer.data,
    );
  if (typeof token === 'string' && token !== '') return token;
  const messages = (answer.errors ?? []).flatMap(({ message }) => message ?? []);
  throw new Error(messages.length > 0 ? messages.join(' ') : `The answer has no token at data.${tokenPath}.`);
}
