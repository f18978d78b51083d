import type { Server, ServerResponse } from 'node:http';
import { ERROR_CATALOGUE } from '@supergraph/platform/errors';
import { continueTrace, type Metrics } from '@supergraph/platform/telemetry';
import type { RequestHandler } from 'express';
import { Counter, Gauge } from 'prom-client';
import { adaptLimit } from './adapt-limit.js';
import type { OverloadSettings } from './configuration.js';
import { Slots } from './slots.js';
import { watchStandingDelay } from './standing-delay.js';

/** The door of the router: lets in as many requests as it can answer in time, and refuses the rest at once. */
export interface Admission {
  /** Refuses requests to `path` before anything is done for them while nobody could even wait. */
  guard(server: Server, path: string): void;
  /** Lets a request in whose body has been read, makes it wait for a short time, or refuses it. */
  readonly admit: RequestHandler;
  stop(): void;
}

/** Clients that were refused together should not come back together. */
const LONGEST_RETRY_AFTER_SECONDS = 3;

/**
 * Bounds the requests under way by `settings`, and further as long as the event loop is late. Health and metrics
 * are not behind this door.
 */
export function createAdmission(settings: OverloadSettings, metrics: Metrics): Admission {
  const { maximumInFlight, waitMilliseconds } = settings;
  const slots = new Slots({ atOnce: maximumInFlight, waiting: maximumInFlight, waitMilliseconds });
  const watch = watchStandingDelay((standingDelayMilliseconds) => {
    slots.atOnce = adaptLimit({
      limit: slots.atOnce,
      maximum: maximumInFlight,
      inFlight: slots.taken,
      waiting: slots.waiting,
      standingDelayMilliseconds,
    });
  });
  const refused = report(metrics, slots);
  const refuse = (response: ServerResponse, traceparent: string | undefined): void => {
    refused.inc();
    answerOverloaded(response, traceparent);
  };

  return {
    guard(server, path) {
      const listeners = server.listeners('request') as Array<(...args: ReadonlyArray<unknown>) => void>;
      server.removeAllListeners('request');
      server.on('request', (request, response) => {
        if (slots.isFull && request.url?.startsWith(path) === true) {
          refuse(response, header(request.headers['traceparent']));
        } else {
          listeners.forEach((listener) => listener.call(server, request, response));
        }
      });
    },
    admit: (request, response, next) => {
      const enter = (): void => {
        response.once('close', () => slots.release());
        next();
      };
      if (slots.tryTake()) {
        enter();
        return;
      }
      const onClose = (abandon: () => void): (() => void) => {
        response.once('close', abandon);
        return () => response.off('close', abandon);
      };
      void slots.wait(undefined, onClose).then((refusal) => {
        if (refusal === undefined && !response.closed) {
          enter();
        } else if (refusal === undefined) {
          slots.release();
        } else if (refusal !== 'abandoned') {
          refuse(response, header(request.headers['traceparent']));
        }
      });
    },
    stop: () => watch.stop(),
  };
}

function answerOverloaded(response: ServerResponse, traceparent: string | undefined): void {
  const { traceId } = continueTrace(traceparent);
  const { meaning, status } = ERROR_CATALOGUE.ROUTER_OVERLOADED;
  const seconds = 1 + Math.floor(Math.random() * LONGEST_RETRY_AFTER_SECONDS);
  const body = JSON.stringify({
    errors: [
      {
        message: `${meaning} Send it again in ${seconds} s.`,
        extensions: { code: 'ROUTER_OVERLOADED', traceId },
      },
    ],
  });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'retry-after': String(seconds),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-trace-id': traceId,
  });
  response.end(body);
}

function header(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function report(metrics: Metrics, slots: Slots): Counter {
  const registers = [metrics.registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('admission_requests_in_flight', 'Requests that are being answered.', () => slots.taken);
  gauge('admission_requests_waiting', 'Requests that wait to be begun with.', () => slots.waiting);
  gauge('admission_requests_limit', 'Requests that may be under way at once just now.', () => slots.atOnce);
  return new Counter({
    name: 'admission_requests_refused_total',
    help: 'Requests that were refused with ROUTER_OVERLOADED.',
    registers,
  });
}
