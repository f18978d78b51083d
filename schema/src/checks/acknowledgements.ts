import { z } from 'zod';
import type { SchemaChange } from './schema-changes.js';

/** A breaking change that somebody has decided to make, and why: one entry of `acknowledged-changes.json`. */
export interface Acknowledgement {
  /** The `key` of the change. */
  readonly change: string;
  /** Why clients will cope. */
  readonly reason: string;
  /** When it was decided, `YYYY-MM-DD`. */
  readonly date: string;
}

export interface ParsedAcknowledgements {
  readonly acknowledgements: ReadonlyArray<Acknowledgement>;
  /** What is wrong with the file, in plain words. */
  readonly problems: ReadonlyArray<string>;
}

const entries = z.array(
  z.strictObject({
    change: z.string().trim().min(1, 'name the change, as the check prints it'),
    reason: z.string('say why').trim().min(1, 'say why clients will cope with it'),
    date: z.iso.date('write the date as YYYY-MM-DD'),
  }),
);

/** Reads the text of `acknowledged-changes.json`; no file means no acknowledgements. */
export function parseAcknowledgements(text: string | undefined): ParsedAcknowledgements {
  if (text === undefined) return { acknowledgements: [], problems: [] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { acknowledgements: [], problems: [`it is not valid JSON: ${(error as Error).message}`] };
  }
  const parsed = entries.safeParse(value);
  if (parsed.success) return { acknowledgements: parsed.data, problems: findRepeated(parsed.data) };
  const problems = parsed.error.issues.map(({ path: [index, ...rest], message }) =>
    index === undefined
      ? message
      : [`entry ${Number(index) + 1}`, ...rest.map(String)].join(', ') + `: ${message}`,
  );
  return { acknowledgements: [], problems };
}

/** Whether a change is among the acknowledged ones. */
export function isAcknowledged(
  change: SchemaChange,
  acknowledgements: ReadonlyArray<Acknowledgement>,
): boolean {
  return acknowledgements.some((entry) => entry.change === change.key);
}

/** Acknowledgements of changes that are not there: already published, or misspelt. */
export function unusedAcknowledgements(
  changes: ReadonlyArray<SchemaChange>,
  acknowledgements: ReadonlyArray<Acknowledgement>,
): ReadonlyArray<Acknowledgement> {
  const keys = new Set(changes.filter(({ criticality }) => criticality !== 'safe').map(({ key }) => key));
  return acknowledgements.filter((entry) => !keys.has(entry.change));
}

/** The text of an entry to copy into the file, the reason left to be written. */
export function acknowledgementTemplate(change: SchemaChange, date: string): string {
  return JSON.stringify({ change: change.key, reason: '', date });
}

function findRepeated(acknowledgements: ReadonlyArray<Acknowledgement>): ReadonlyArray<string> {
  const changes = acknowledgements.map(({ change }) => change);
  const repeated = new Set(changes.filter((change, index) => changes.indexOf(change) !== index));
  return [...repeated].map((change) => `"${change}" is acknowledged twice: remove one`);
}
