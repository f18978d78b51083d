import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { findAddresses, type Address } from '../harness/addresses.js';
import type { Checkout } from '../harness/checkout.js';
import type { RunningCommand } from '../harness/command.js';
import { ask, signIn } from '../harness/graphql.js';
import type { Step } from './guide.js';

/**
 * What differs here from a reader's checkout; every other command runs as it is written.
 *
 * Dependencies are links to those of the checkout that the tests run in, and npm would put copies in their place. So
 * `npm install` settles the lock file and builds, without any download, and the new package's link is made by hand.
 */
const LOCK_ONLY = { npm_config_package_lock_only: 'true', npm_config_offline: 'true' };
/** Any free ports: somebody may work with a system on the usual ones. */
const FREE_PORTS = '-- --port 0';
/** The rest of the project is checked elsewhere, and takes long. */
const NEW_FILES = { extends: './tsconfig.json', include: ['e2e/contracts/*.ts'] };

/** Somebody who follows the guide in a checkout. */
export interface Reader {
  follow(step: Step): Promise<void>;
  /** Presses Ctrl-C, where something runs. Gives its status and all addresses that it had shown. */
  pressCtrlC(): Promise<{ readonly status: number; readonly addresses: ReadonlyArray<Address> } | undefined>;
}

/** Makes the reader. */
export function createReader(checkout: Checkout, service: string): Reader {
  let system: RunningCommand | undefined;

  const run = async (command: string): Promise<void> => {
    switch (command) {
      case 'npm start':
        system = checkout.start(`${command} ${FREE_PORTS}`);
        await system.waitFor(/Ctrl-C ends all of it/);
        return;
      case 'npm install':
        await checkout.run(command, LOCK_ONLY);
        checkout.linkWorkspace(service, `subgraphs/${service}`);
        return;
      case 'npm run typecheck': {
        const project = join(checkout.folder, 'tsconfig.new-files.json');
        const include = [...NEW_FILES.include, `subgraphs/${service}/**/*.ts`];
        writeFileSync(project, JSON.stringify({ ...NEW_FILES, include }));
        await checkout.run(`npx tsc --noEmit --project ${project}`);
        rmSync(project);
        return;
      }
      default:
        await checkout.run(command);
    }
  };

  return {
    async follow(step) {
      switch (step.type) {
        case 'write': {
          const file = join(checkout.folder, step.path);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, step.content);
          return;
        }
        case 'add': {
          const file = findFile(checkout.folder, step.path);
          writeFileSync(file, addTo(readFileSync(file, 'utf8'), step.content));
          return;
        }
        case 'run':
          return run(step.command);
        case 'ask': {
          if (system === undefined) {
            throw new Error('The guide asks before it starts the system.');
          }
          const [endpoint] = await system.waitFor(/http:\/\/localhost:\d+\/graphql/);
          const token = await signIn(endpoint, 'customer@example.com');
          const { data, errors } = await ask(endpoint, step.query, { token });
          expect({ data, errors }).toEqual(step.answer);
        }
      }
    },
    async pressCtrlC() {
      const running = system;
      system = undefined;
      if (running === undefined) {
        return undefined;
      }
      running.interrupt();
      const status = await running.ended;
      return { status, addresses: findAddresses(running.output()) };
    },
  };
}

/** Resolves the one `*` that a path may have, in a folder's name. */
function findFile(root: string, path: string): string {
  const [before = '', after] = path.split('*');
  if (after === undefined) {
    return join(root, path);
  }
  const [end = '', ...rest] = after.split('/');
  const folder = join(root, before);
  const [found, ...others] = readdirSync(folder).filter((name) => name.endsWith(end));
  if (found === undefined || others.length > 0) {
    throw new Error(`${path} is not exactly one file.`);
  }
  return join(folder, found, ...rest);
}

/** Adds to the end of a list, where the file is one, else of the file. */
function addTo(text: string, addition: string): string {
  const list = /,?\n(\];?)\n$/.exec(text);
  if (list === null) {
    return `${text}${addition}`;
  }
  const entry = addition.trimEnd();
  const indented = entry.startsWith(' ') ? entry : `  ${entry}`;
  return `${text.slice(0, list.index)},\n${indented}\n${list[1]}\n`;
}
