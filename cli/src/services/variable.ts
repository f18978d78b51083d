import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const variable = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'use capital letters, digits and underscores'),
  /** Empty when there is none. */
  default: z.string().default(''),
  /** One line. */
  explanation: z.string().regex(/^[^\n]+$/, 'explain in one line'),
});

/** A variable of the environment, as `.env.example` shows it. */
export type Variable = Readonly<z.infer<typeof variable>>;

/** Variables under one heading. */
export interface VariableGroup {
  readonly heading: string;
  readonly variables: ReadonlyArray<Variable>;
}

/**
 * Reads the variables that only one service knows, from the `environment.json` in its folder.
 *
 * @returns none when there is no such file
 * @throws an error that names the file and the mistake
 */
export function readOwnVariables(file: string): ReadonlyArray<Variable> {
  if (!existsSync(file)) {
    return [];
  }
  try {
    return z.array(variable).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${file} cannot be used: ${reason}`, { cause: error });
  }
}
