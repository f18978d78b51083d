import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';

/** What a client sees of one request. */
export interface Outcome {
  readonly ok: boolean;
  /** What went wrong, when something did. */
  readonly told: string;
}

/** Sends requests to several routers over kept connections, none of them twice. */
export interface Balancer {
  send(query: string): Promise<Outcome>;
  /** Resolves when every router is seen ready; an orchestrator restarts the next one then and not before. */
  allReady(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_MILLISECONDS = 50;

/** Spreads requests over the routers that say on `/health/ready` that they are ready, as balancers do. */
export function startBalancer(urls: ReadonlyArray<string>): Balancer {
  const routers = urls.map((url) => ({ pool: new Pool(url, { connections: 16 }), url, ready: true }));
  let turn = 0;
  let open = true;
  const looks = routers.map(async (router) => {
    while (open) {
      router.ready = await isReady(router.url);
      await pause(LOOK_MILLISECONDS);
    }
  });
  return {
    async send(query) {
      const ready = routers.filter((router) => router.ready);
      const chosen = ready[turn++ % Math.max(ready.length, 1)];
      if (chosen === undefined) {
        // Without it, callers that ask again at once would keep the looks from ever being taken.
        await pause(LOOK_MILLISECONDS);
        return { ok: false, told: 'no router is ready' };
      }
      try {
        const { statusCode, body } = await chosen.pool.request({
          path: '/graphql',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        });
        const text = await body.text();
        return { ok: statusCode === 200 && !text.includes('"errors"'), told: `${statusCode} ${text}` };
      } catch (error) {
        return { ok: false, told: String(error) };
      }
    },
    async allReady() {
      while (routers.some(({ ready }) => !ready)) {
        await pause(LOOK_MILLISECONDS);
      }
    },
    async close() {
      open = false;
      await Promise.all(looks);
      await Promise.all(routers.map(({ pool }) => pool.close()));
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`);
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    // Nobody listens there while it restarts.
    return false;
  }
}
