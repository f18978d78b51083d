import { BoundedNames, OTHER } from './bounded-names.js';

/** The program that sent a request, as it calls itself, or what stands for the many. */
export interface ClientProgram {
  readonly name: string;
  readonly version: string;
}

/** Headers by which Apollo's clients, and others after them, tell what they are. */
export const CLIENT_NAME_HEADER = 'apollographql-client-name';
export const CLIENT_VERSION_HEADER = 'apollographql-client-version';

const UNKNOWN = 'unknown';
const NAMES = 50;
const VERSIONS = 200;
const USES_BEFORE_A_PLACE = 3;
/** A name and a version stand in metrics, logs and files, so they are printable and short. */
const PLAIN = /^[\w .,:@/+()-]{1,64}$/;

/** Tells programs apart, as many as there are places for. */
export class ClientPrograms {
  readonly #names = new BoundedNames(NAMES, USES_BEFORE_A_PLACE);
  readonly #versions = new BoundedNames(VERSIONS, 1);
  readonly #known = new Map<string, ClientProgram>();

  /** Gives the same object for the same program. */
  programFor(name: string | undefined, version: string | undefined): ClientProgram {
    if (name === undefined && version === undefined) {
      return NOBODY;
    }
    const boundedName = name === undefined ? UNKNOWN : PLAIN.test(name) ? this.#names.nameFor(name) : OTHER;
    if (boundedName === OTHER) {
      return OTHERS;
    }
    const pair = `${boundedName}\n${version}`;
    const boundedVersion =
      version === undefined
        ? UNKNOWN
        : PLAIN.test(version) && this.#versions.nameFor(pair) === pair
          ? version
          : OTHER;
    const key = `${boundedName}\n${boundedVersion}`;
    let program = this.#known.get(key);
    if (program === undefined) {
      program = { name: boundedName, version: boundedVersion };
      this.#known.set(key, program);
    }
    return program;
  }
}

const NOBODY: ClientProgram = { name: UNKNOWN, version: UNKNOWN };
const OTHERS: ClientProgram = { name: OTHER, version: OTHER };
