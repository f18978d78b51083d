import type { Worlds } from '@supergraph/cli';

/** Who hears whom, by consumer. */
const CONSUMERS = [
  { consumer: 'profiles', service: 'profile', source: 'auth' },
  { consumer: 'payers', service: 'payments', source: 'auth' },
  { consumer: 'audit', service: 'admin', source: 'auth' },
  { consumer: 'audit', service: 'admin', source: 'profile' },
  { consumer: 'audit', service: 'admin', source: 'payments' },
  { consumer: 'users', service: 'admin', source: 'auth' },
] as const;

/**
 * Compares what services told with what the others applied. A consumer's inbox has a row an event, so that none can be in
 * it twice; of the kinds that a consumer takes none may be missing, and none may be there that was never told.
 *
 * @returns what does not fit
 */
export async function findEventMistakes(
  worlds: Worlds,
  sideOf: (service: string) => 'source' | 'target',
): Promise<ReadonlyArray<string>> {
  const mistakes: string[] = [];
  for (const { consumer, service, source } of CONSUMERS) {
    const told = await worlds.query<{ id: string; type: string }>(
      sideOf(source),
      source,
      `SELECT event_id::text AS id, type FROM ${source}.outbox`,
    );
    const applied = await worlds.query<{ id: string }>(
      sideOf(service),
      service,
      `SELECT event_id::text AS id FROM ${service}.inbox WHERE consumer = $1 AND source = $2`,
      [consumer, source],
    );
    const parked = await worlds.query(
      sideOf(service),
      service,
      `SELECT 1 FROM ${service}.parked_events WHERE consumer = $1 AND source = $2`,
      [consumer, source],
    );
    const known = new Map(told.map(({ id, type }) => [id, type]));
    const taken = new Set(applied.map(({ id }) => id));
    const types = new Set(applied.map(({ id }) => known.get(id)));
    const missing = told.filter(({ id, type }) => types.has(type) && !taken.has(id)).length;
    const unknown = applied.filter(({ id }) => !known.has(id)).length;
    if (missing + unknown + parked.length > 0 || applied.length === 0) {
      mistakes.push(
        `${service}: ${consumer} ← ${source}: ${applied.length} applied, ${missing} missing, ${unknown} never told, ${parked.length} parked`,
      );
    }
  }
  return mistakes;
}
