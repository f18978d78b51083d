import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildTestProgram, type RunningProgram, type TestProgram } from '../testing/test-program.js';

/** A service with a slow route, a start that can fail, and an end that can hang. */
let program: TestProgram;
/** A launcher that starts the file of its argument and tells its process id. */
let launcher: TestProgram;

beforeAll(async () => {
  program = await buildTestProgram(`
    import { createHttpService, runProcess } from './http/index.js';
    import { toCommonConfiguration } from './configuration/index.js';
    const mode = process.env.TEST_MODE;
    const common = {
      mode: 'production', host: '127.0.0.1', logLevel: 'info', metricsPort: undefined,
      tokenIssuer: 'i', tokenAudience: 'a', drainNoticeMilliseconds: 0, drainMilliseconds: mode === 'hanging' ? -4_900 : 10_000,
    };
    await runProcess('orders', common, async (telemetry) => {
      if (mode === 'failing') {
        setInterval(() => undefined, 1_000).unref();
        throw new Error('the schema is missing');
      }
      const http = createHttpService({
        ...telemetry, host: common.host, port: Number(process.env.TEST_PORT ?? 0),
        readiness: {}, drainMilliseconds: common.drainMilliseconds, showCauses: false,
      });
      http.app.get('/slow', (request, response) => {
        response.write('the whole ');
        process.send?.('under way');
        setTimeout(() => response.end('answer'), Number(request.query.milliseconds));
      });
      http.app.get('/uncaught', (_request, response) => {
        response.end();
        setTimeout(() => { throw new Error('nobody catches this'); });
      });
      http.app.get('/rejected', (_request, response) => {
        response.end();
        void Promise.reject(new Error('nobody awaits this'));
      });
      const url = await http.start();
      if (mode === 'stuck') {
        process.once('exit', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
      }
      return {
        url,
        async stop() {
          await http.stop();
          if (mode === 'unclean') throw new Error('the pool would not close');
          if (mode === 'hanging') await new Promise(() => setInterval(() => undefined, 1_000));
        },
      };
    });
  `);
  launcher = await buildTestProgram(`
    import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, [process.env.TEST_CHILD], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (message) => process.send({ message, processId: child.pid }));
  `);
});
afterAll(async () => {
  await program.remove();
  await launcher.remove();
});

async function started(mode = ''): Promise<{ running: RunningProgram; url: string }> {
  const running = program.start({ env: { ...process.env, TEST_MODE: mode } });
  const message = (await running.message()) as { type: string; url: string };
  expect(message).toEqual({ type: 'ready', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  return { running, url: message.url };
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

describe('runProcess', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes a slow request on %s, then ends with status 0',
    async (signal) => {
      const { running, url } = await started();
      const underWay = running.message();
      const answer = fetch(`${url}/slow?milliseconds=300`).then((response) => response.text());
      expect(await underWay).toBe('under way');
      running.child.kill(signal);
      expect(await answer).toBe('the whole answer');
      expect(await running.ended).toEqual({ status: 0, signal: null });
      expect(running.output()).toContain(`"reason":"${signal}"`);
    },
  );

  it('ends at once on a second signal, with status 1', async () => {
    const { running, url } = await started();
    const underWay = running.message();
    const answer = fetch(`${url}/slow?milliseconds=600000`).then((response) => response.text());
    const cut = expect(answer).rejects.toThrow();
    await underWay;
    running.child.kill('SIGTERM');
    while (!running.output().includes('"msg":"ending"')) {
      await sleep(5);
    }
    running.child.kill('SIGTERM');
    expect(await running.ended).toEqual({ status: 1, signal: null });
    await cut;
  });

  it.each([
    ['/uncaught', 'nobody catches this'],
    ['/rejected', 'nobody awaits this'],
  ])('logs an error that nobody caught (%s) and ends with status 1', async (path, message) => {
    const { running, url } = await started();
    const underWay = running.message();
    const slow = fetch(`${url}/slow?milliseconds=300`).then((response) => response.text());
    await underWay;
    await fetch(url + path);
    expect(await slow).toBe('the whole answer');
    expect(await running.ended).toEqual({ status: 1, signal: null });
    expect(running.output()).toContain(message);
  });

  it('ends with status 1 when its end fails, and when it takes too long', async () => {
    const [unclean, hanging] = await Promise.all([started('unclean'), started('hanging')]);
    unclean.running.child.kill('SIGTERM');
    hanging.running.child.kill('SIGTERM');
    expect(await unclean.running.ended).toEqual({ status: 1, signal: null });
    expect(unclean.running.output()).toContain('the pool would not close');
    expect(await hanging.running.ended).toEqual({ status: 1, signal: null });
    expect(hanging.running.output()).toContain('the end took too long');
  });

  it('tells in plain words why it cannot start, and ends with status 1', async () => {
    const failing = program.start({ env: { ...process.env, TEST_MODE: 'failing' } });
    expect(await failing.ended).toEqual({ status: 1, signal: null });
    expect(failing.output()).toContain('orders cannot start: the schema is missing');

    const { running, url } = await started();
    const second = program.start({ env: { ...process.env, TEST_PORT: new URL(url).port } });
    expect(await second.ended).toEqual({ status: 1, signal: null });
    expect(second.output()).toContain('orders cannot start: its port is taken by another program');
    running.child.kill('SIGTERM');
    expect(await running.ended).toEqual({ status: 0, signal: null });
  });

  it('runs without a launcher too', async () => {
    const running = program.start({ stdio: ['ignore', 'pipe', 'pipe'] });
    while (!running.output().includes('"msg":"ready"')) {
      await sleep(5);
    }
    running.child.kill('SIGTERM');
    expect(await running.ended).toEqual({ status: 0, signal: null });
  });

  it.each([
    ['', ''],
    [', also when its runtime cannot exit', 'stuck'],
  ])('ends when its launcher is killed%s', async (_also, mode) => {
    const parent = launcher.start({ env: { ...process.env, TEST_CHILD: program.file, TEST_MODE: mode } });
    const { processId } = (await parent.message()) as { processId: number };
    parent.child.kill('SIGKILL');
    await parent.ended;
    while (isAlive(processId)) {
      await sleep(5);
    }
  });

  it('finishes what it has when its launcher goes away after the first signal', async () => {
    const { running, url } = await started();
    const underWay = running.message();
    const answer = fetch(`${url}/slow?milliseconds=300`).then((response) => response.text());
    await underWay;
    running.child.kill('SIGTERM');
    while (!running.output().includes('"msg":"ending"')) {
      await sleep(5);
    }
    running.child.disconnect();
    expect(await answer).toBe('the whole answer');
    await running.ended;
  });
});
