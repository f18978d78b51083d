import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { createSchemaEngineAdapter, type SchemaEngineConnection } from './schema-engine-adapter.js';
import { loadSchemaEngineModule } from './schema-engine-module.js';

export interface SchemaEngineOptions extends SchemaEngineConnection {
  /** Prisma schema files as pairs of path and content, for the methods that work on "the" schema. */
  readonly datamodels?: ReadonlyArray<readonly [path: string, content: string]>;
  /** Receives the engine's own log lines; default: they are dropped. */
  readonly onLog?: (line: string) => void;
}

/** A running engine. */
export interface OpenSchemaEngine {
  readonly engine: SchemaEngine;
  /** Frees the engine, closes its connections and drops the database it may have made. */
  readonly close: () => Promise<void>;
}

/**
 * Starts Prisma's schema engine (WebAssembly, inside this process) on one PostgreSQL schema. The engine opens its
 * connection at once.
 *
 * @throws what the engine says when the database cannot be reached or the datamodels are not valid.
 */
export async function createSchemaEngine(options: SchemaEngineOptions): Promise<OpenSchemaEngine> {
  const { SchemaEngine } = await loadSchemaEngineModule();
  const adapter = createSchemaEngineAdapter(options);
  const given = options.datamodels ?? [];
  // The engine takes none, or at least one; an empty list makes it panic.
  const datamodels =
    given.length === 0 ? undefined : given.map(([path, content]): [string, string] => [path, content]);
  try {
    const engine = await SchemaEngine.new(
      { datamodels },
      (line: string) => options.onLog?.(line),
      adapter.factory,
    );
    return {
      engine,
      close: async () => {
        engine.free();
        await adapter.close();
      },
    };
  } catch (error) {
    await adapter.close();
    throw error;
  }
}
