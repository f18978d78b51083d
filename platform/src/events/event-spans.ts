import {
  beginSpan,
  codeOf,
  continueTrace,
  isTracing,
  readTraceparent,
  runInRequest,
  runInSpan,
} from '../telemetry/index.js';
import type { ReceivedEvent } from './envelope.js';
import type { IncomingEvent } from './incoming-event.js';

/** A page has many events; a span of a page points to some of their traces. */
const MAXIMUM_LINKS = 32;

/** Gives an event its effect within the trace of the request that told it. */
export async function runTraced(event: ReceivedEvent, work: () => Promise<void>): Promise<void> {
  const span = beginSpan({
    name: `apply ${event.type}`,
    kind: 'consumer',
    parent: readTraceparent(event.traceparent),
    attributes: {
      'messaging.operation.type': 'process',
      'messaging.destination.name': event.type,
      'messaging.message.id': event.id,
    },
  });
  try {
    await runInRequest(span?.trace ?? continueTrace(event.traceparent ?? undefined), work);
  } catch (error) {
    span?.fail(codeOf(error));
    throw error;
  } finally {
    span?.end();
  }
}

/** Applies a page in a trace of its own, which points to those of its events. Pages with nothing to apply have none. */
export function runTracedPage<Result>(
  source: string,
  incoming: ReadonlyArray<IncomingEvent>,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!isTracing()) {
    return work();
  }
  const handled = incoming.flatMap((one) => (one.kind === 'handle' ? [one.event] : []));
  if (handled.length === 0) {
    return work();
  }
  return runInSpan(
    {
      name: `receive ${source}`,
      kind: 'consumer',
      parent: undefined,
      links: handled.slice(0, MAXIMUM_LINKS).flatMap(({ traceparent }) => readTraceparent(traceparent) ?? []),
      attributes: {
        'messaging.operation.type': 'receive',
        'messaging.destination.name': source,
        'messaging.batch.message_count': handled.length,
      },
    },
    work,
  );
}
