import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { MigrationError } from '../errors/index.js';
import type { Plan } from './plan.js';

const planFileSchema = z.strictObject({
  version: z.literal(1),
  /** Every foreign key between two services, and what takes its place. */
  keys: z.array(
    z.strictObject({
      constraint: z.string(),
      table: z.string(),
      columns: z.array(z.string()),
      references: z.string(),
      referencedColumns: z.array(z.string()),
      onDelete: z.string(),
      onUpdate: z.string(),
      replacement: z.enum(['delete', 'set-null', 'refuse', 'replica', 'none']),
      reason: z.string(),
    }),
  ),
  /** Every view, routine, trigger, sequence and type that two services need. */
  objects: z.array(z.strictObject({ kind: z.string(), name: z.string(), services: z.array(z.string()) })),
  /** Statements that may still touch two services' tables. It may only shrink. */
  statements: z.array(
    z.strictObject({
      fingerprint: z.string(),
      text: z.string(),
      services: z.array(z.string()),
      tables: z.array(z.string()),
    }),
  ),
});

/** The reviewable file that says how a database is coupled and what becomes of each coupling. */
export type PlanFile = z.infer<typeof planFileSchema>;

/**
 * Reads a plan file.
 *
 * @returns undefined when there is none
 * @throws {MigrationError} `BAD_ARGUMENT` for one that is no plan file
 */
export async function readPlanFile(file: string): Promise<PlanFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw badPlanFile(file, (error as Error).message, error);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw badPlanFile(file, (error as Error).message, error);
  }
  const parsed = planFileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw badPlanFile(
    file,
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; '),
  );
}

/** Writes a plan file, whole or not at all. */
export async function writePlanFile(file: string, content: PlanFile): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/**
 * What a plan file says of a plan. Statements that an earlier file did not allow are left out, so that writing the file
 * anew cannot make the list longer; the first file allows what is there.
 */
export function planFileOf(plan: Plan, before: PlanFile | undefined): PlanFile {
  const allowed =
    before === undefined ? undefined : new Set(before.statements.map(({ fingerprint }) => fingerprint));
  return {
    version: 1,
    keys: plan.keys.map((key) => ({
      constraint: key.constraint,
      table: key.table,
      columns: [...key.columns],
      references: key.references,
      referencedColumns: [...key.referencedColumns],
      onDelete: key.onDelete,
      onUpdate: key.onUpdate,
      replacement: key.replacement,
      reason: key.reason,
    })),
    objects: plan.objects.map(({ kind, name, services }) => ({ kind, name, services: [...services] })),
    statements: plan.statements.available
      ? plan.statements.crossing
          .filter(({ fingerprint }) => allowed?.has(fingerprint) ?? true)
          .map(({ fingerprint, text, services, tables }) => ({
            fingerprint,
            text,
            services: [...services],
            tables: [...tables],
          }))
          .sort((one, other) => (one.fingerprint < other.fingerprint ? -1 : 1))
      : (before?.statements ?? []),
  };
}

function badPlanFile(file: string, why: string, cause?: unknown): MigrationError {
  return new MigrationError(
    'BAD_ARGUMENT',
    `${file} is no plan file (${why}). Correct it, or remove it and write it anew with \`plan --write\`.`,
    cause === undefined ? {} : { cause },
  );
}
