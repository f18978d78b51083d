import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { signWebhook } from '../provider/webhook-signature.js';

/** What is wrong or right with a webhook that a developer sends. */
export const webhookKind = z.enum([
  'succeeded',
  'declined',
  'late',
  'twice',
  'wrongSignature',
  'oldTimestamp',
  'malformed',
]);

/** One of them. */
export type WebhookKind = z.infer<typeof webhookKind>;

/** How the service answered one delivery. */
export interface WebhookAnswered {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const LATE_MILLISECONDS = 3_000;
const TEN_MINUTES = 600_000;
const DEADLINE_MILLISECONDS = 5_000;

/**
 * Sends a webhook about a payment as the provider would, over HTTP and with a real signature, but for what `kind` makes
 * wrong with it.
 *
 * @returns the answer to each delivery, of which `twice` makes two at once; `late` waits for 3 seconds before
 */
export async function sendWebhook(
  url: string,
  secret: string,
  { paymentId, kind }: { readonly paymentId: string; readonly kind: WebhookKind },
): Promise<ReadonlyArray<WebhookAnswered>> {
  const id = `by-hand-${randomUUID()}`;
  const event =
    kind === 'declined'
      ? { id, type: 'charge.declined', key: paymentId, reason: 'declined by hand' }
      : { id, type: 'charge.succeeded', key: paymentId, reference: `by-hand-${paymentId}` };
  const body = JSON.stringify(kind === 'malformed' ? { id } : event);
  if (kind === 'late') {
    await sleep(LATE_MILLISECONDS);
  }
  const at = new Date(Date.now() - (kind === 'oldTimestamp' ? TEN_MINUTES : 0));
  const proof = signWebhook(kind === 'wrongSignature' ? `not ${secret}` : secret, body, at);
  const send = async (): Promise<WebhookAnswered> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...proof },
      body,
      signal: AbortSignal.timeout(DEADLINE_MILLISECONDS),
    });
    return { status: response.status, ...((await response.json()) as Omit<WebhookAnswered, 'status'>) };
  };
  return Promise.all(kind === 'twice' ? [send(), send()] : [send()]);
}
