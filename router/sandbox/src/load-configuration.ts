import type { SandboxConfiguration } from '../../src/sandbox/configuration.js';
import { explainedFetch } from './graphql/explained-fetch.js';

const lists = ['subgraphs', 'logins', 'examples'] as const;

/**
 * Asks the router what graph it serves.
 *
 * @throws Error in words for a reader: no answer, a refusal, or a document of another shape.
 */
export async function loadConfiguration(address: string, signal: AbortSignal): Promise<SandboxConfiguration> {
  const response = await explainedFetch(address, { signal, headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${address} answered with status ${response.status}.`);
  return checkConfiguration(await response.json());
}

/** Takes parsed JSON, gives it back as a configuration. @throws Error that names what is missing. */
export function checkConfiguration(value: unknown): SandboxConfiguration {
  const document = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Partial<SandboxConfiguration>;
  const missing = [
    ...(['title', 'endpoint'] as const).filter((name) => typeof document[name] !== 'string'),
    ...lists.filter((name) => !Array.isArray(document[name])),
    ...(Array.isArray(document.ownership?.types) ? [] : ['ownership.types']),
  ];
  if (missing.length > 0) {
    throw new Error(
      `The router's answer lacks ${missing.join(', ')}: is it of the same version as this page?`,
    );
  }
  return document as SandboxConfiguration;
}
