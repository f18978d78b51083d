import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findAddresses, findListening } from '../harness/addresses.js';
import { copyCheckout, type Checkout } from '../harness/checkout.js';
import type { RunningCommand } from '../harness/command.js';
import { ask, signIn, type Answer } from '../harness/graphql.js';

const SDL = 'subgraphs/profile/schema.graphql';
const OTHER_SDL = 'subgraphs/payments/schema.graphql';
const RESOLVERS = 'subgraphs/profile/src/resolvers/profile.ts';

let checkout: Checkout;
let development: RunningCommand;
let endpoint: string;
let token: string;
let sdl: string;
let resolvers: string;

beforeAll(async () => {
  checkout = copyCheckout();
  sdl = readFileSync(join(checkout.folder, SDL), 'utf8');
  resolvers = readFileSync(join(checkout.folder, RESOLVERS), 'utf8');
  development = checkout.start('npm run dev -- --port 0');
  await development.waitFor(/Watching for changes/);
  [endpoint] = await development.waitFor(/http:\/\/localhost:\d+\/graphql/);
  token = await signIn(endpoint, 'customer@example.com');
});
afterAll(async () => {
  development.interrupt();
  await development.ended;
  checkout.remove();
});

/** Saves files as an editor does, and gives what the command says from then on. */
function save(files: Readonly<Record<string, string>>): (pattern: RegExp) => Promise<unknown> {
  const said = development.output().length;
  for (const [path, text] of Object.entries(files)) {
    writeFileSync(join(checkout.folder, path), text);
  }
  return (pattern) => development.waitFor(pattern, said);
}

function sdlWithGreeting(): string {
  return sdl.replace(/^type Profile @key.*$/m, (line) => `${line}\n  "Says hello."\n  greeting: String`);
}

function resolversWithGreeting(greeting: string): string {
  return resolvers.replace(
    /^export const profileResolvers.*$/m,
    (line) => `${line}\n  greeting: () => '${greeting}',`,
  );
}

const askForGreeting = (): Promise<Answer> => ask(endpoint, '{ myProfile { greeting } }', { token });

/** The router takes a new graph a moment after it was written. */
async function waitForGreeting(greeting: string): Promise<void> {
  let answer = await askForGreeting();
  for (let attempt = 0; attempt < 100 && answer.data?.myProfile.greeting !== greeting; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await askForGreeting();
  }
  expect(answer).toMatchObject({ data: { myProfile: { greeting } } });
  expect(answer.errors).toBeUndefined();
}

describe('npm run dev', () => {
  it('serves a field as soon as its SDL and its resolver are saved, and restarts its service alone', async () => {
    expect((await askForGreeting()).errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    await save({ [SDL]: sdlWithGreeting(), [RESOLVERS]: resolversWithGreeting('Hello') })(
      /reloaded profile in/,
    );
    await waitForGreeting('Hello');
  });

  it('restarts a service whose code changed', async () => {
    await save({ [RESOLVERS]: resolversWithGreeting('Good morning') })(/reloaded profile in/);
    await waitForGreeting('Good morning');
  });

  it('tells a composition error while the last good graph goes on, and takes everything up once it composes', async () => {
    const otherSdl = readFileSync(join(checkout.folder, OTHER_SDL), 'utf8');
    const wrong = `${otherSdl}\n"Not what profile says."\ntype Profile @key(fields: "id") {\n  id: ID!\n  version: String\n}\n`;
    const tells = save({ [OTHER_SDL]: wrong, [RESOLVERS]: resolversWithGreeting('Good evening') });
    await tells(/The schemas do not compose:\n {2}[A-Z_]+: .*Profile\.version/);
    await waitForGreeting('Good morning');
    await save({ [OTHER_SDL]: otherSdl })(/reloaded .*profile/);
    await waitForGreeting('Good evening');
  });

  it('tells what cannot be built while the last good service goes on', async () => {
    await save({ [RESOLVERS]: `${resolversWithGreeting('Good night')}\nconst = ;\n` })(/profile\.ts:\d+:\d+/);
    await waitForGreeting('Good evening');
    await save({ [RESOLVERS]: resolversWithGreeting('Good night') })(/reloaded profile in/);
    await waitForGreeting('Good night');
  });

  it('starts a service again once it no longer fails at its start', async () => {
    const failing = `${resolversWithGreeting('Never')}\nthrow new Error('this service cannot start');\n`;
    await save({ [RESOLVERS]: failing })(/this service cannot start/);
    await save({ [RESOLVERS]: resolversWithGreeting('Back again') })(/reloaded profile in/);
    await waitForGreeting('Back again');
  });

  it('ends all of it on Ctrl-C', async () => {
    const addresses = findAddresses(development.output());
    expect(addresses.length).toBeGreaterThan(8);
    development.interrupt();
    await development.ended;
    expect(development.output()).not.toContain('The end was not clean');
    expect(await findListening(addresses)).toEqual([]);
  });
});
