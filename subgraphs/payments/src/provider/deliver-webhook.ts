import type { ProviderEvent } from './webhook-event.js';
import { signWebhook } from './webhook-signature.js';

const DEADLINE_MILLISECONDS = 5_000;

/**
 * Sends one webhook as the provider does.
 *
 * @throws when it cannot be delivered or is not answered with success
 */
export async function deliverWebhook(url: string, secret: string, event: ProviderEvent): Promise<void> {
  const body = JSON.stringify(event);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signWebhook(secret, body, new Date()) },
    body,
    signal: AbortSignal.timeout(DEADLINE_MILLISECONDS),
  });
  await response.arrayBuffer();
  if (!response.ok) {
    throw new Error(`the webhook was answered with status ${response.status}`);
  }
}
