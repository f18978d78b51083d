import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../root.js';

/** A container as the Compose file describes it. */
export interface Container {
  readonly image: string;
  readonly build?: { readonly context: string };
  readonly user: string;
  readonly entrypoint?: ReadonlyArray<string>;
  readonly command: ReadonlyArray<string>;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: ReadonlyArray<string>;
  readonly networks: ReadonlyArray<string>;
  readonly volumes?: ReadonlyArray<string>;
  readonly network_mode?: string;
  readonly ports?: ReadonlyArray<string>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: ReadonlyArray<string> };
  readonly stop_grace_period: string;
  readonly restart: string;
}

/** What the tests look at in a Compose file. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, Container>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** What a container has that does not mention it. */
const NOTHING = { environment: {}, secrets: [], networks: [] } as const;

/** Reads `docker-compose.yml`, with what its containers have in common merged into each. */
export function readComposeFile(): {
  readonly text: string;
  readonly compose: ComposeFile;
  readonly containers: ReadonlyArray<[name: string, container: Container]>;
  /** Those that run the project's own image. */
  readonly own: ReadonlyArray<[name: string, container: Container]>;
} {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const written = parse(text, { merge: true }) as ComposeFile;
  const containers = Object.entries(written.services).map(([name, container]): [string, Container] => [
    name,
    { ...NOTHING, ...container },
  ]);
  const compose = { ...written, services: Object.fromEntries(containers) };
  return { text, compose, containers, own: containers.filter(([, { build }]) => build !== undefined) };
}
