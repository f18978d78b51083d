import type { EventContracts } from './contracts.js';
import type { SqlTransaction } from './sql-transaction.js';

/** What was done in one table. */
export interface ErasedFromEvents {
  readonly store: 'outbox' | 'parked_events';
  readonly rows: number;
}

/**
 * Takes a person's data out of the events that a service has told and out of those that it could not apply yet: the
 * properties that the contracts mark with `personalData` become null, and so do the address and the program of what
 * the person did. Bare ids stay, so that the log keeps its order and its meaning. Doing it again changes nothing.
 *
 * An event is about the person when its aggregate, its data's `userId` or one of its entities has the person's id.
 *
 * @param typename the type in the graph whose id the person's is: `User`
 */
export async function erasePersonFromEvents(
  transaction: SqlTransaction,
  contracts: EventContracts,
  person: { readonly typename: string; readonly id: string },
): Promise<ReadonlyArray<ErasedFromEvents>> {
  const blank = JSON.stringify(contracts.personalProperties());
  const entity = JSON.stringify([person]);
  const entityText = `%${person.typename}/${person.id}%`;
  const outbox = await transaction.$queryRawUnsafe<ReadonlyArray<{ count: number }>>(
    ERASE_OUTBOX,
    person.id,
    entity,
    blank,
  );
  const parked = await transaction.$queryRawUnsafe<ReadonlyArray<{ count: number }>>(
    ERASE_PARKED,
    person.id,
    entityText,
    blank,
  );
  return [
    { store: 'outbox', rows: outbox[0]?.count ?? 0 },
    { store: 'parked_events', rows: parked[0]?.count ?? 0 },
  ];
}

/** `$3` is an object: the names of the properties to blank by `type/version`. Only those that are there are set to null. */
const blanked = (data: string, key: string): string => `
  ${data} || COALESCE((
    SELECT jsonb_object_agg(property, NULL)
      FROM jsonb_array_elements_text($3::jsonb -> (${key})) AS property
     WHERE ${data} ? property), '{}')`;

const ERASE_OUTBOX = `
  WITH erased AS (
    UPDATE outbox o
       SET data = ${blanked('o.data', `o.type || '/' || o.version`)},
           client_ip = CASE WHEN o.actor = $1 THEN NULL ELSE o.client_ip END,
           client_user_agent = CASE WHEN o.actor = $1 THEN NULL ELSE o.client_user_agent END
     WHERE o.aggregate_id = $1 OR o.actor = $1 OR o.data ->> 'userId' = $1 OR o.entities @> $2::jsonb
    RETURNING 1
  )
  SELECT count(*)::int AS count FROM erased`;

/** What a handler said when it failed may quote the data, so it goes as a whole. */
const ERASE_PARKED = `
  WITH erased AS (
    UPDATE parked_events p
       SET envelope = jsonb_set(
             CASE WHEN p.envelope ->> 'actor' = $1 THEN p.envelope - 'clientip' - 'clientuseragent' ELSE p.envelope END,
             '{data}',
             ${blanked(`(p.envelope -> 'data')`, `(p.envelope ->> 'type') || '/' || (p.envelope ->> 'dataversion')`)}),
           detail = 'the person was erased'
     WHERE jsonb_typeof(p.envelope -> 'data') = 'object'
       AND (p.aggregate_id = $1 OR p.envelope ->> 'actor' = $1 OR p.envelope -> 'data' ->> 'userId' = $1
            OR p.envelope ->> 'entities' LIKE $2)
    RETURNING 1
  ), broken AS (
    -- What is no event says too little to be blanked in part.
    UPDATE parked_events p SET envelope = '{}', detail = 'the person was erased'
     WHERE jsonb_typeof(p.envelope -> 'data') IS DISTINCT FROM 'object' AND p.envelope::text LIKE '%' || $1 || '%'
    RETURNING 1
  )
  SELECT ((SELECT count(*) FROM erased) + (SELECT count(*) FROM broken))::int AS count`;
