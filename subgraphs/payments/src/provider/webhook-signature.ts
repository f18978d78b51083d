import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds since the epoch, as the sender's clock had it. */
export const TIMESTAMP_HEADER = 'x-provider-timestamp';
/** `v1=` and the signature in hexadecimal. */
export const SIGNATURE_HEADER = 'x-provider-signature';
/** How far the timestamp may be from now, either way. */
const TOLERANCE_SECONDS = 300;
const SIGNATURE = /^v1=([0-9a-f]{64})$/;

/** The two headers that prove a webhook. */
export interface WebhookProof {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/**
 * Signs a webhook: HMAC-SHA256 over `timestamp.body`, so that neither can be changed alone.
 *
 * @param at when it is sent
 * @see https://www.rfc-editor.org/rfc/rfc2104 (HMAC)
 */
export function signWebhook(secret: string, body: string, at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  return {
    [TIMESTAMP_HEADER]: timestamp,
    [SIGNATURE_HEADER]: `v1=${mac(secret, timestamp, Buffer.from(body)).toString('hex')}`,
  };
}

/**
 * Checks the proof of a webhook: first the signature, in constant time, then the age.
 *
 * @param body exactly as it came
 */
export function verifyWebhook(
  secret: string,
  body: Buffer,
  { timestamp, signature }: WebhookProof,
  now: Date,
): 'valid' | 'wrongSignature' | 'wrongTime' {
  const given = SIGNATURE.exec(signature ?? '')?.[1];
  if (given === undefined || timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
    return 'wrongSignature';
  }
  if (!timingSafeEqual(Buffer.from(given, 'hex'), mac(secret, timestamp, body))) {
    return 'wrongSignature';
  }
  const age = Math.abs(now.getTime() / 1_000 - Number(timestamp));
  return age <= TOLERANCE_SECONDS ? 'valid' : 'wrongTime';
}

function mac(secret: string, timestamp: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
}
