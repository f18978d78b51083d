import { z } from 'zod';
import { describeIssues, EVENT_TYPE, type ReceivedEvent } from './envelope.js';

/** A JSON Schema (draft 2020-12) of an event's `data`; its `$id` is `<type>/<major version>`. */
export type EventSchema = Readonly<Record<string, unknown>>;

/** What a check on reading says. */
export type ContractCheck =
  | { readonly type: 'valid' }
  /** Nobody here knows the type: it is ignored. */
  | { readonly type: 'unknownType' }
  | {
      readonly type: 'broken';
      readonly reason: 'INVALID_DATA' | 'LATER_VERSION' | 'UNKNOWN_VERSION';
      /** What is wrong and where, without the values. */
      readonly detail: string;
    };

/** The contracts of all event types, one a type and major version. */
export interface EventContracts {
  readonly types: ReadonlyArray<string>;
  /** The major version that is written now: the latest of the type. Throws for a type without a contract. */
  latestVersion(type: string): number;
  /** Throws {@link EventContractError} when the data must not be written. */
  requireValid(type: string, version: number, data: unknown): void;
  check(type: string, version: number, data: unknown): ContractCheck;
  /** The properties that hold personal data, by `type/version`; types without any are left out. */
  personalProperties(): Readonly<Record<string, ReadonlyArray<string>>>;
  /** Whom an event says to be erased from what its source told before; undefined when it says nothing of the kind. */
  erasedPersonOf(event: Pick<ReceivedEvent, 'type' | 'version' | 'data'>): string | undefined;
}

/** An event does not fit its contract, or has none: a mistake of the service that tells it. */
export class EventContractError extends Error {
  override readonly name = 'EventContractError';
}

/** Keywords that are checked, or that only describe. Others would be ignored in silence, so they are refused. */
const KEYWORDS = new Set(
  (
    '$schema $id $ref $defs $comment title description examples default deprecated type enum const properties ' +
    'required additionalProperties items minItems maxItems minLength maxLength pattern format minimum maximum ' +
    'exclusiveMinimum exclusiveMaximum multipleOf anyOf oneOf allOf ' +
    // Our own: the property holds personal data, and is null once the person was erased; and at the top, which property
    // names a person of whom the source holds nothing any more.
    'personalData erasesPerson'
  ).split(' '),
);
/** The format says nothing of a UUID's version, and older systems have given ids of every kind. */
const UUID_PATTERN = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';

/**
 * Makes the registry of contracts.
 *
 * Fields that a schema does not name are let through, by writers and readers alike, unless it says
 * `additionalProperties: false`, which no contract should: it would make every added field a break.
 *
 * @param schemas one JSON Schema an event type and major version
 * @throws {EventContractError} for a schema that cannot be checked as it stands, or given twice
 * @see https://json-schema.org/draft/2020-12
 */
export function createEventContracts(schemas: ReadonlyArray<EventSchema>): EventContracts {
  const versions = new Map<string, Map<number, z.ZodType>>();
  const personal: Record<string, ReadonlyArray<string>> = {};
  const erasing = new Map<string, string>();
  for (const schema of schemas) {
    const { type, version } = readIdentity(schema);
    const ofType = versions.get(type) ?? new Map<number, z.ZodType>();
    if (ofType.has(version)) {
      throw new EventContractError(`The event type \`${type}/${version}\` has two schemas; keep one.`);
    }
    versions.set(type, ofType.set(version, compile(schema, `${type}/${version}`)));
    if (typeof schema['erasesPerson'] === 'string') {
      erasing.set(`${type}/${version}`, schema['erasesPerson']);
    }
    const properties = findPersonalProperties(schema, `${type}/${version}`);
    if (properties.length > 0) {
      personal[`${type}/${version}`] = properties;
    }
  }
  const latestOf = (ofType: Map<number, z.ZodType>): number => Math.max(...ofType.keys());

  const check: EventContracts['check'] = (type, version, data) => {
    const ofType = versions.get(type);
    if (ofType === undefined) {
      return { type: 'unknownType' };
    }
    const schema = ofType.get(version);
    if (schema === undefined) {
      const latest = latestOf(ofType);
      return version > latest
        ? {
            type: 'broken',
            reason: 'LATER_VERSION',
            detail: `version ${version} is later than ${latest}, the latest known here`,
          }
        : {
            type: 'broken',
            reason: 'UNKNOWN_VERSION',
            detail: `version ${version} has no contract here`,
          };
    }
    const parsed = schema.safeParse(data);
    return parsed.success
      ? { type: 'valid' }
      : { type: 'broken', reason: 'INVALID_DATA', detail: describeIssues(parsed.error) };
  };

  return {
    types: [...versions.keys()].sort(),
    latestVersion(type) {
      const ofType = versions.get(type);
      if (ofType === undefined) {
        throw new EventContractError(`The event type \`${type}\` has no contract; add its schema.`);
      }
      return latestOf(ofType);
    },
    requireValid(type, version, data) {
      const result = check(type, version, data);
      if (result.type === 'unknownType') {
        throw new EventContractError(`The event type \`${type}\` has no contract; add its schema.`);
      }
      if (result.type === 'broken') {
        throw new EventContractError(`An event \`${type}\` breaks its contract: ${result.detail}.`);
      }
    },
    check,
    personalProperties: () => personal,
    erasedPersonOf({ type, version, data }) {
      const property = erasing.get(`${type}/${version}`);
      const person: unknown =
        property !== undefined && typeof data === 'object' && data !== null
          ? Reflect.get(data, property)
          : undefined;
      return typeof person === 'string' ? person : undefined;
    },
  };
}

function findPersonalProperties(schema: EventSchema, name: string): ReadonlyArray<string> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, EventSchema>);
  return properties
    .filter(([, property]) => property['personalData'] === true)
    .map(([property, inner]) => {
      if (!z.fromJSONSchema(prepare(inner, name) as never).safeParse(null).success) {
        throw new EventContractError(
          `\`${property}\` of \`${name}\` holds personal data and must allow null: that is what erasing a person leaves.`,
        );
      }
      return property;
    });
}

function readIdentity(schema: EventSchema): { readonly type: string; readonly version: number } {
  const id = String(schema['$id']);
  const match = /^(.+)\/([1-9]\d*)$/.exec(id);
  if (match?.[1] === undefined || !EVENT_TYPE.test(match[1])) {
    throw new EventContractError(
      `The \`$id\` of an event schema is \`service.aggregate.happened/1\`, the number being its major version; it is \`${id}\`.`,
    );
  }
  return { type: match[1], version: Number(match[2]) };
}

function compile(schema: EventSchema, name: string): z.ZodType {
  if (schema['type'] !== 'object') {
    throw new EventContractError(`The schema of \`${name}\` must have \`type: object\`.`);
  }
  try {
    return z.fromJSONSchema(prepare(schema, name) as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    if (error instanceof EventContractError) {
      throw error;
    }
    throw new EventContractError(`The schema of \`${name}\` cannot be checked: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Refuses keywords that would not be checked, and spells out formats. */
function prepare(schema: unknown, name: string): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return schema;
  }
  const prepared: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (!KEYWORDS.has(keyword)) {
      throw new EventContractError(
        `The schema of \`${name}\` uses \`${keyword}\`, which is not checked here.`,
      );
    }
    if (keyword === 'properties' || keyword === '$defs') {
      prepared[keyword] = Object.fromEntries(
        Object.entries(value as object).map(([property, inner]) => [property, prepare(inner, name)]),
      );
    } else if (keyword === 'items' || keyword === 'additionalProperties') {
      prepared[keyword] = prepare(value, name);
    } else if (keyword === 'anyOf' || keyword === 'oneOf' || keyword === 'allOf') {
      prepared[keyword] = (value as unknown[]).map((inner) => prepare(inner, name));
    } else if (keyword === 'format' && value === 'uuid') {
      prepared['pattern'] = UUID_PATTERN;
    } else if (keyword !== '$id') {
      prepared[keyword] = value;
    }
  }
  return prepared;
}
