import { z } from 'zod';
import type { SandboxSettings } from '../configuration.js';

/** The sandbox of a router that was given no file. */
export const DEFAULT_SANDBOX: SandboxSettings = { title: 'Supergraph', logins: [], examples: [] };

const login = z.strictObject({
  label: z.string(),
  hint: z.string().exactOptional(),
  document: z.string(),
  variables: z.record(z.string(), z.unknown()),
  tokenPath: z.string(),
});

const example = z.strictObject({
  name: z.string(),
  description: z.string().exactOptional(),
  document: z.string(),
  variables: z.string().exactOptional(),
});

const settings = z.strictObject({
  title: z.string().default(DEFAULT_SANDBOX.title),
  logins: z.array(login).default([]),
  examples: z.array(example).default([]),
});

/**
 * Reads what the sandbox offers from a JSON text with `title`, `logins` and `examples`.
 *
 * @throws Error that says in words what is wrong
 */
export function parseSandboxSettings(text: string): SandboxSettings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  const parsed = settings.safeParse(value);
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  }
  return parsed.data;
}
