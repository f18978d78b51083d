import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Express, type RequestHandler } from 'express';
import { z } from 'zod';
import type { WriteGate } from './write-gate.js';

export const GATE_PATH = '/internal/gate';

const LONGEST_MILLISECONDS = 60_000;
const holdBody = z.strictObject({
  deadlineMilliseconds: z.number().min(0).max(LONGEST_MILLISECONDS),
  leaseMilliseconds: z.number().min(1).max(LONGEST_MILLISECONDS),
});
const releaseBody = z.strictObject({ side: z.enum(['source', 'target']) });

/**
 * Lets the migration work a gate over HTTP: `GET` tells its state; `POST …/hold` closes it and answers
 * `{ "drained": boolean, "running": number }`; `POST …/release` opens it on a side. The secret goes in
 * `Authorization: Bearer`.
 *
 * @throws when the secret is empty: anybody could then stop the service
 */
export function addGateRoutes(
  app: Express,
  options: { readonly gate: WriteGate; readonly secret: string },
): void {
  const { gate, secret } = options;
  if (secret === '') throw new Error('The secret of the gate is empty.');
  const authorize: RequestHandler = (request, response, next) => {
    if (timingSafeEqual(digest(request.get('authorization') ?? ''), digest(`Bearer ${secret}`))) next();
    else response.status(403).json({ error: 'The gate obeys the migration only.' });
  };
  const body = express.json({ limit: '1kb' });
  app.get(GATE_PATH, authorize, (_request, response) => {
    response.json({ state: gate.state, running: gate.running });
  });
  app.post(`${GATE_PATH}/hold`, authorize, body, async (request, response) => {
    const wish = holdBody.safeParse(request.body);
    if (!wish.success) {
      response.status(400).json({ error: 'Give deadlineMilliseconds and leaseMilliseconds.' });
      return;
    }
    response.json({ drained: await gate.hold(wish.data), running: gate.running });
  });
  app.post(`${GATE_PATH}/release`, authorize, body, (request, response) => {
    const wish = releaseBody.safeParse(request.body);
    if (!wish.success) {
      response.status(400).json({ error: 'Give the side: source or target.' });
      return;
    }
    gate.release(wish.data.side);
    response.json({ state: gate.state, running: gate.running });
  });
}

/** Digests have one length, which the constant-time comparison needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
