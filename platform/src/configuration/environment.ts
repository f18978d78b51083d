import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigurationError } from './configuration-error.js';

/** Variables by name, as in `process.env`. */
export type EnvironmentSource = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the variables that `shape` names.
 *
 * A variable may lie in a file instead: `NAME_FILE` holds the path, as container secrets do. An empty
 * variable counts as absent.
 *
 * @param shape a zod type a variable, by the variable's name
 * @param source where to read, `process.env` when not given
 * @returns the parsed values by the variable's name
 * @throws {ConfigurationError} with every mistake, values never repeated since they may be secrets
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  source: EnvironmentSource = process.env,
): z.infer<z.ZodObject<Shape>> {
  const mistakes: string[] = [];
  const values: Record<string, string | undefined> = {};
  const unreadable = new Set<string>();
  for (const name of Object.keys(shape)) {
    const before = mistakes.length;
    values[name] = readVariable(name, source, mistakes);
    if (mistakes.length > before) {
      unreadable.add(name);
    }
  }
  const parsed = z.object(shape).safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      if (unreadable.has(name)) {
        continue;
      }
      const absent = values[name] === undefined;
      mistakes.push(absent ? `${name} is not set. ${expectation(shape[name])}` : `${name}: ${issue.message}`);
    }
  }
  if (!parsed.success || mistakes.length > 0) {
    throw new ConfigurationError([...new Set(mistakes)]);
  }
  return parsed.data;
}

/**
 * Runs `read` and ends the process with status 1 and one readable list when the configuration is wrong.
 *
 * @returns what `read` gives
 */
export function configureOrExit<Configuration>(read: () => Configuration): Configuration {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.message}\nSee .env.example for every variable and its default.\n`);
      process.exit(1);
    }
    throw error;
  }
}

/**
 * Gives a variable's text from itself or from the file that `NAME_FILE` points to.
 *
 * @returns undefined when it is absent or empty, and after a mistake was added to `mistakes`
 */
export function readVariable(
  name: string,
  source: EnvironmentSource,
  mistakes: string[],
): string | undefined {
  const direct = source[name];
  const file = source[`${name}_FILE`];
  if (direct !== undefined && direct !== '' && file !== undefined && file !== '') {
    mistakes.push(`${name} and ${name}_FILE are both set; give one of them.`);
    return undefined;
  }
  if (direct !== undefined && direct !== '') {
    return direct;
  }
  if (file !== undefined && file !== '') {
    try {
      const text = readFileSync(file, 'utf8').trim();
      if (text !== '') {
        return text;
      }
      mistakes.push(`${name}_FILE names ${file}, which is empty.`);
    } catch (error) {
      mistakes.push(
        `${name}_FILE names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      );
    }
  }
  return undefined;
}

function expectation(type: unknown): string {
  const description = (type as z.ZodType | undefined)?.description;
  return description === undefined ? 'It is needed.' : `It is needed: ${description}.`;
}
