import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as schemaEngineModule from '@prisma/schema-engine-wasm/schema_engine_bg';

/** What is used of the global; its types belong to the browser's library, which this project does not load. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>;
};

type SchemaEngineModule = typeof schemaEngineModule;

let loaded: Promise<SchemaEngineModule> | undefined;

/**
 * Loads Prisma's schema engine as WebAssembly, once per process, and gives its module. It comes from the npm
 * package alone: no native executable is looked for and none is downloaded.
 *
 * @throws when the `.wasm` file beside the package's JavaScript is missing or is of another version.
 */
export function loadSchemaEngineModule(): Promise<SchemaEngineModule> {
  loaded ??= instantiate();
  return loaded;
}

/** Where the module, and Prisma's client too, tell why they are about to give up for good. */
const panicRegistry = globalThis as {
  PRISMA_WASM_PANIC_REGISTRY?: { set_message(message: string): void };
};

async function instantiate(): Promise<SchemaEngineModule> {
  panicRegistry.PRISMA_WASM_PANIC_REGISTRY ??= {
    set_message: (message) => {
      throw new Error(`Prisma's schema engine stopped: ${message}`);
    },
  };
  // The package's main entry imports the .wasm file as a module, which Node 20 cannot do; so it is wired by hand.
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': { ...schemaEngineModule, ...withUnreferencedTimers(schemaEngineModule) },
  });
  schemaEngineModule.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return schemaEngineModule;
}

/**
 * Gives the module's timer functions so that none of their timers keeps a process alive: the engine leaves that of
 * its 10 s lock time-out running when the lock was had at once.
 */
function withUnreferencedTimers(bindings: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(bindings)
      .filter(([name]) => name.startsWith('__wbg_setTimeout'))
      .map(([name, binding]) => [name, unreferencing(binding as (...args: unknown[]) => unknown)]),
  );
}

function unreferencing(binding: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  return (...args) => {
    // The binding calls the global at once and nothing else runs meanwhile.
    const { setTimeout } = globalThis;
    globalThis.setTimeout = ((callback: () => void, milliseconds?: number) =>
      setTimeout(callback, milliseconds).unref()) as typeof globalThis.setTimeout;
    try {
      return binding(...args);
    } finally {
      globalThis.setTimeout = setTimeout;
    }
  };
}
