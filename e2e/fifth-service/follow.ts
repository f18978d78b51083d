import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import type { Checkout } from '../harness/checkout.js';
import type { RunningCommand } from '../harness/command.js';
import { ask, signIn } from '../harness/graphql.js';
import type { Step } from './guide.js';

/** What differs here from a reader's checkout, and why; every other command runs as it is written. */
const ENVIRONMENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Dependencies are links to those of the checkout that the tests run in, and npm would put copies in their place. So
  // it settles the lock file and runs the build, without any download; the link of the new package is made by hand.
  'npm install': { npm_config_package_lock_only: 'true', npm_config_offline: 'true' },
};
const START = 'npm start';
/** Any free ports: the reader's are taken here, perhaps, by a system that somebody works with. */
const START_HERE = `${START} -- --port 0`;

/** Somebody who follows the guide in a checkout. */
export interface Reader {
  follow(step: Step): Promise<void>;
  /** Presses Ctrl-C, where something runs. Gives its status and all addresses that it had shown. */
  pressCtrlC(): Promise<{ readonly status: number; readonly addresses: ReadonlyArray<URL> } | undefined>;
}

/** Makes the reader. */
export function createReader(checkout: Checkout, service: string): Reader {
  let system: RunningCommand | undefined;

  const run = async (command: string): Promise<void> => {
    if (command === START) {
      system = checkout.start(START_HERE);
      await system.waitFor(/Ctrl-C ends all of it/);
      return;
    }
    await checkout.run(command, ENVIRONMENT[command]);
    if (command === 'npm install') {
      checkout.linkWorkspace(service, `subgraphs/${service}`);
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
          const { status, headers: _headers, ...body } = await ask(endpoint, step.query, { token });
          expect({ status, body }).toEqual({ status: 200, body: step.answer });
        }
      }
    },
    async pressCtrlC() {
      const running = system;
      system = undefined;
      if (running === undefined) {
        return undefined;
      }
      const addresses = [...running.output().matchAll(/(?:http:\/\/)?(?:localhost|127\.0\.0\.1):\d+\//g)].map(
        ([text]) => new URL(text.startsWith('http') ? text : `tcp://${text}`),
      );
      running.interrupt();
      return { status: await running.ended, addresses };
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
