import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { BrokerNames } from './names.js';

/** How much a stream keeps. The outbox is the truth, so the stream is only for readers that were briefly away. */
export interface StreamRetention {
  /** 24 h when not given. */
  readonly keepMilliseconds?: number;
  /** 256 MiB when not given; servers reserve it. */
  readonly maximumBytes?: number;
  /** Copies in a cluster, 1 when not given. */
  readonly replicas?: number;
}

const STREAM_NOT_FOUND = 10_059;
/** Above the largest event with its envelope. */
const MAXIMUM_MESSAGE_BYTES = 512 * 1024;

/** Makes the stream of a source, or brings one that is there to these settings. Any number may do so at once. */
export async function ensureStream(
  manager: JetStreamManager,
  names: BrokerNames,
  retention: StreamRetention = {},
): Promise<void> {
  const wanted: Partial<StreamConfig> & { name: string } = {
    name: names.stream,
    subjects: [names.subjects],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: StorageType.File,
    max_age: nanos(retention.keepMilliseconds ?? 24 * 3_600_000),
    max_bytes: retention.maximumBytes ?? 256 * 1024 * 1024,
    max_msg_size: MAXIMUM_MESSAGE_BYTES,
    num_replicas: retention.replicas ?? 1,
    duplicate_window: nanos(Math.min(120_000, retention.keepMilliseconds ?? 120_000)),
  };
  const current = await manager.streams.info(names.stream).catch((error: unknown) => {
    if (isStreamNotFound(error)) {
      return undefined;
    }
    throw error;
  });
  if (current === undefined) {
    await manager.streams.add(wanted);
    return;
  }
  const { config } = current;
  const differs = (Object.keys(wanted) as (keyof typeof wanted)[]).some(
    (key) => JSON.stringify(config[key]) !== JSON.stringify(wanted[key]),
  );
  if (differs) {
    await manager.streams.update(names.stream, { ...config, ...wanted });
  }
}

/** Tells whether the broker has no such stream. */
export function isStreamNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND;
}
