import { afterEach, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headers } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { findNatsServer } from '../../testing/nats-server.js';
import { testTelemetry } from '../../testing/test-telemetry.js';
import { createNatsBroker, type NatsBroker } from './broker.js';
import { findStart } from './find-start.js';
import { brokerNames } from './names.js';
import { eraseSubject } from './purge-aggregate.js';
import { ensureStream } from './stream.js';
import { describeWithNats } from './test-nats-server.js';
import { freePort, waitForNats } from '../../testing/nats-server.js';

/** The configuration for containers, as it lies there but for places, and for what Debian's server does not know yet. */
const FILE = new URL('../../../../deploy/nats/nats.conf', import.meta.url);

let server: ChildProcess | undefined;
let folder: string;
const brokers: NatsBroker[] = [];

afterEach(async () => {
  await Promise.all(brokers.splice(0).map((broker) => broker.close()));
  const ended = new Promise((resolve) => server?.once('exit', resolve));
  server?.kill('SIGKILL');
  await ended;
  await rm(folder, { recursive: true, force: true });
});

describeWithNats('deploy/nats/nats.conf', () => {
  it('lets each service publish and erase its own events and nobody else’s, and everybody read', async () => {
    folder = await mkdtemp(join(tmpdir(), 'nats-deployed-'));
    const port = await freePort();
    const text = await readFile(FILE, 'utf8');
    expect(text).toContain('sync_interval: always');
    const users = [...text.matchAll(/user: ([\w-]+), password: \$(\w+)/g)].map(([, name, variable]) => ({
      name: name as string,
      variable: variable as string,
    }));
    const file = join(folder, 'nats.conf');
    await writeFile(
      file,
      text
        .replace('sync_interval: always', '')
        .replace('"0.0.0.0:4222"', `"127.0.0.1:${port}"`)
        .replace('"127.0.0.1:8222"', '"127.0.0.1:-1"')
        .replace('"/data"', JSON.stringify(join(folder, 'store'))),
    );
    server = spawn(findNatsServer() as string, ['-c', file], {
      stdio: 'ignore',
      env: Object.fromEntries(users.map(({ name, variable }) => [variable, `password-of-${name}`])),
    });
    await waitForNats(server, port);
    const brokerOf = (name: string): NatsBroker => {
      const url = `nats://${name}:password-of-${name}@127.0.0.1:${port}`;
      const broker = createNatsBroker({ url, name, logger: testTelemetry(name).logger });
      brokers.push(broker);
      return broker;
    };
    const services = users.filter(({ name }) => text.includes(`"events.${name}.>"`)).map(({ name }) => name);
    expect(services.length).toBeGreaterThan(1);
    expect(services).toEqual(users.map(({ name }) => name));
    const [one, other] = services as [string, string];
    const names = brokerNames('events', one);
    // There is room for a stream of each.
    for (const name of services) {
      await ensureStream(await jetstreamManager(await brokerOf(name).connect()), brokerNames('events', name));
    }
    const connection = await brokerOf(one).connect();
    const manager = await jetstreamManager(connection);
    const subject = names.subjectOf({ type: 'widget', id: '1' });
    await jetstream(connection).publish(subject, 'one', { headers: headers() });

    for (const { name } of users) {
      const reader = await jetstreamManager(await brokerOf(name).connect());
      expect(await findStart(reader, names, undefined)).toBeUndefined();
      const consumer = await reader.consumers.add(names.stream, { filter_subject: names.subjects });
      const found = await (await reader.jetstream().consumers.get(names.stream, consumer.name)).next();
      expect(found?.string()).toBe('one');
    }

    const stranger = await brokerOf(other).connect();
    await expect(jetstream(stranger, { timeout: 1_000 }).publish(subject, 'two')).rejects.toThrow();
    const strangers = await jetstreamManager(stranger, { timeout: 1_000 });
    await expect(strangers.streams.deleteMessage(names.stream, 1)).rejects.toThrow();
    await expect(strangers.streams.delete(names.stream)).rejects.toThrow();
    expect((await manager.streams.info(names.stream)).state.messages).toBe(1);
    expect(await eraseSubject(manager, names.stream, subject)).toBe(1);
    expect((await manager.streams.info(names.stream)).state.messages).toBe(0);
  });
});
