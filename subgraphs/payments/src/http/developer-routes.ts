import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SubgraphOptions } from '@supergraph/platform/graphql';
import { isUuid } from '@supergraph/platform/validation';
import { z } from 'zod';
import { formatMoney } from '../domain/money.js';
import { handOverNow, type ProcessingContext } from '../domain/process-payments.js';
import { readBody } from './read-body.js';
import { sendWebhook, webhookKind } from './send-webhook.js';
import { WEBHOOK_PATH } from './webhook-route.js';

type Express = Parameters<NonNullable<SubgraphOptions<object>['routes']>>[0];

/** What the routes are made of. */
export interface DeveloperRouteOptions {
  readonly processing: ProcessingContext;
  readonly webhookSecret: string;
  /** Where this service listens. */
  readonly ownUrl: () => string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const MAXIMUM_BYTES = 4_096;
const MAXIMUM_PAYMENTS = 100;
const webhookRequest = z.object({ paymentId: z.guid(), kind: webhookKind });

/**
 * Adds what a developer plays with, for the embedded default only:
 *
 * - `GET /developer/payments`: the first 100 payments that the worker has in hand, due ones first;
 * - `POST /developer/payments/ID/run`: hands one over now, due or not;
 * - `POST /developer/webhooks` with `{ "paymentId", "kind" }`: sends a webhook as {@link sendWebhook} says.
 *
 * They answer to names of this machine alone, since a page elsewhere could point a name of its own here, and take JSON
 * alone, which no page elsewhere may send without being asked first.
 */
export function addDeveloperRoutes(app: Express, options: DeveloperRouteOptions): void {
  const { processing, webhookSecret, ownUrl } = options;
  app.get('/developer/payments', (request, response, next) => {
    answer(request, response, async () => ({ status: 200, body: await listInHand(processing) })).catch(next);
  });
  app.post('/developer/payments/:id/run', (request, response, next) => {
    answer(request, response, () => runNow(processing, request.params.id)).catch(next);
  });
  app.post('/developer/webhooks', (request, response, next) => {
    answer(request, response, async () => {
      const bytes = await readBody(request, MAXIMUM_BYTES);
      const asked = webhookRequest.safeParse(bytes === undefined ? undefined : parseJson(bytes));
      if (!asked.success) {
        const kinds = webhookKind.options.join(', ');
        return refuse(400, `Send { "paymentId": UUID, "kind": one of ${kinds} }.`);
      }
      const answers = await sendWebhook(`${ownUrl()}${WEBHOOK_PATH}`, webhookSecret, asked.data);
      return { status: 200, body: { answers } };
    }).catch(next);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  work: () => Promise<Answer>,
): Promise<void> {
  const { host, 'content-type': type } = request.headers;
  const isForeign = !LOOPBACK.test(host ?? '');
  const isPlain = request.method === 'POST' && !/^application\/json\b/i.test(type ?? '');
  const { status, body } = isForeign
    ? refuse(403, 'Developers play on this machine only; ask for localhost.')
    : isPlain
      ? refuse(415, 'Send JSON with `content-type: application/json`.')
      : await work();
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function listInHand({ store }: ProcessingContext) {
  const payments = await store.payments.listInHand(MAXIMUM_PAYMENTS);
  return {
    payments: payments.map((payment) => {
      const { id, status, type, description, scheduledFor, processAfter, userId, recipientId } = payment;
      const amount = formatMoney(payment);
      return { id, status, type, amount, description, userId, recipientId, scheduledFor, processAfter };
    }),
  };
}

async function runNow(processing: ProcessingContext, id: string): Promise<Answer> {
  if (!isUuid(id)) {
    return refuse(400, 'The id of a payment is a UUID.');
  }
  const wasPending = await handOverNow(processing, id.toLowerCase());
  const payment = (await processing.store.payments.findMany([id.toLowerCase()])).get(id.toLowerCase());
  if (payment === undefined) {
    return refuse(404, 'There is no such payment.');
  }
  const { status, failureReason } = payment;
  return wasPending
    ? { status: 200, body: { id: payment.id, status, failureReason } }
    : refuse(409, `The payment is ${status}: only one that is PENDING can be run.`);
}

function refuse(status: number, message: string): Answer {
  return { status, body: { message } };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
