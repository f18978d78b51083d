import { CALLER_HEADER, SECRET_HEADER } from '@supergraph/platform/identity';
import { request } from 'undici';
import { z } from 'zod';
import type { SubgraphSettings } from '../configuration.js';

const TIMEOUT_MILLISECONDS = 1_000;
const answerType = z.object({ active: z.boolean() });

/**
 * Asks the service that signs tokens whether one is still good, by its `/introspect` beside `/graphql`.
 *
 * @throws when no replica answers in time
 * @see https://www.rfc-editor.org/rfc/rfc7662 (token introspection)
 */
export async function introspectToken(settings: SubgraphSettings, token: string): Promise<boolean> {
  let failure: unknown;
  for (const url of settings.urls) {
    try {
      const { statusCode, body } = await request(new URL('/introspect', url), {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          [CALLER_HEADER]: 'router',
          [SECRET_HEADER]: settings.secret ?? '',
        },
        body: new URLSearchParams({ token }).toString(),
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
      const text = await body.text();
      if (statusCode === 200) {
        return answerType.parse(JSON.parse(text)).active;
      }
      failure = new Error(`introspection was answered with status ${statusCode}`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
