import { z } from 'zod';

const use = z.strictObject({
  coordinate: z.string().min(1),
  client: z.string(),
  clientVersion: z.string(),
  count: z.int().min(1),
  lastUsedAt: z.iso.datetime(),
});

const instance = z.strictObject({
  instance: z.string().min(1),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  uses: z.array(use),
});

const report = z.strictObject({ version: z.literal(1), instances: z.array(instance) });

/** How often one program of clients used one part of the schema. */
export interface CoordinateUse {
  /** `Type`, `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum.VALUE`. */
  readonly coordinate: string;
  /** What the client calls itself; `unknown` when it does not say, `other` for those that are too many to tell apart. */
  readonly client: string;
  readonly clientVersion: string;
  /** Operations that used it. */
  readonly count: number;
  /** ISO 8601, UTC. */
  readonly lastUsedAt: string;
}

/** What one process of the router counted since it started. */
export interface InstanceUsage {
  /** A process counts under a name of its own, which it makes up when it starts. */
  readonly instance: string;
  readonly since: string;
  readonly until: string;
  readonly uses: ReadonlyArray<CoordinateUse>;
}

/** Use of the schema, as routers tell it and as it is kept in a file. */
export interface UsageReport {
  readonly version: 1;
  readonly instances: ReadonlyArray<InstanceUsage>;
}

/** The text is no report of use. */
export class UsageReportError extends Error {
  override readonly name = 'UsageReportError';
}

/**
 * Reads the JSON of a report.
 *
 * @param from a file or an address, for the error
 * @throws UsageReportError when it is none
 */
export function parseUsageReport(text: string, from: string): UsageReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageReportError(`${from} does not hold JSON: is it the address of a router's /usage?`);
  }
  const parsed = report.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageReportError(
      `${from} holds no report of use: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    );
  }
  return parsed.data;
}

/**
 * Puts reports together. A process counts on from its start, so of two reports of one process the later one holds the
 * earlier.
 *
 * @param forgetBefore ISO 8601: processes that counted nothing later are left out
 */
export function mergeUsageReports(reports: ReadonlyArray<UsageReport>, forgetBefore = ''): UsageReport {
  const instances = new Map<string, InstanceUsage>();
  for (const each of reports.flatMap((one) => one.instances)) {
    const known = instances.get(each.instance);
    if (each.until >= forgetBefore && (known === undefined || known.until <= each.until)) {
      instances.set(each.instance, each);
    }
  }
  return {
    version: 1,
    instances: [...instances.values()].sort((left, right) => (left.since < right.since ? -1 : 1)),
  };
}
