import type { IncomingMessage } from 'node:http';
import { describeCause } from '@supergraph/platform/errors';
import type { SubgraphOptions } from '@supergraph/platform/graphql';
import type { Logger } from '@supergraph/platform/telemetry';
import { providerEventType, type ProviderEvent } from '../provider/webhook-event.js';
import { SIGNATURE_HEADER, TIMESTAMP_HEADER, verifyWebhook } from '../provider/webhook-signature.js';
import type { EventTaken } from '../store/provider-events.js';
import { readBody } from './read-body.js';

type Express = Parameters<NonNullable<SubgraphOptions<object>['routes']>>[0];

/** What the route is made of. */
export interface WebhookRouteOptions {
  readonly secret: string;
  readonly receive: (event: ProviderEvent) => Promise<EventTaken>;
  readonly logger: Logger;
}

/** Where the provider sends its webhooks. */
export const WEBHOOK_PATH = '/webhooks/provider';

const MAXIMUM_BYTES = 65_536;

interface WebhookAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const REFUSALS = {
  wrongSignature: {
    status: 401,
    code: 'WEBHOOK_SIGNATURE_INVALID',
    message: 'The signature is missing or does not fit the body; nothing was done.',
  },
  wrongTime: {
    status: 401,
    code: 'WEBHOOK_TIMESTAMP_INVALID',
    message: 'The timestamp is more than 5 minutes from now; nothing was done. Sign it again and send it.',
  },
  tooLarge: {
    status: 413,
    code: 'WEBHOOK_TOO_LARGE',
    message: 'The body is larger than 64 KiB, which no event is; nothing was done.',
  },
  malformed: {
    status: 400,
    code: 'WEBHOOK_MALFORMED',
    message: 'The body is no event that this service knows; nothing was done.',
  },
} as const satisfies Readonly<Record<string, WebhookAnswer>>;

/**
 * Adds `POST /webhooks/provider`. Everything but the proof is looked at after the proof. A sender that gets 409 or 5xx
 * sends the event again; 200 says that it never needs to.
 */
export function addWebhookRoute(app: Express, { secret, receive, logger }: WebhookRouteOptions): void {
  const answer = async (request: IncomingMessage): Promise<WebhookAnswer> => {
    const bytes = await readBody(request, MAXIMUM_BYTES);
    if (bytes === undefined) {
      return REFUSALS.tooLarge;
    }
    const proof = {
      timestamp: headerOf(request, TIMESTAMP_HEADER),
      signature: headerOf(request, SIGNATURE_HEADER),
    };
    const verdict = verifyWebhook(secret, bytes, proof, new Date());
    if (verdict !== 'valid') {
      return REFUSALS[verdict];
    }
    const event = providerEventType.safeParse(parseJson(bytes));
    return event.success ? toAnswer(await receive(event.data)) : REFUSALS.malformed;
  };
  app.post(WEBHOOK_PATH, async (request, response, next) => {
    try {
      const { status, ...rest } = await answer(request);
      response.status(status).json(rest);
    } catch (error) {
      logger.warn({ cause: describeCause(error) }, 'a webhook was not taken in; the provider sends it again');
      next(error);
    }
  });
}

function toAnswer(taken: EventTaken): WebhookAnswer {
  switch (taken.type) {
    case 'applied':
      return { status: 200, code: 'APPLIED', message: 'The payment was settled.' };
    case 'duplicate':
      return { status: 200, code: 'DUPLICATE', message: 'This event was taken in before.' };
    case 'ignored':
      return { status: 200, code: 'IGNORED', message: 'The payment was settled before.' };
    case 'unknownPayment':
      return { status: 200, code: 'UNKNOWN_PAYMENT', message: 'There is no payment with this key.' };
    case 'tooEarly':
      return {
        status: 409,
        code: 'TOO_EARLY',
        message: 'The payment was not handed to the provider yet; send the event again later.',
      };
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A header that came twice proves nothing. */
function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
