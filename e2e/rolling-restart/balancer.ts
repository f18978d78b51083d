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
  close(): Promise<void>;
}

const LOOK_MILLISECONDS = 50;

/** Spreads requests over the routers that say on `/health/ready` that they are ready, as balancers do. */
export function startBalancer(urls: ReadonlyArray<string>): Balancer {
  const routers = urls.map((url) => ({ pool: new Pool(url, { connections: 16 }), url, ready: true }));
  let turn = 0;
  const look = setInterval(() => {
    for (const router of routers) {
      fetch(`${router.url}/health/ready`).then(
        async (response) => {
          router.ready = response.status === 200;
          await response.body?.cancel();
        },
        () => {
          router.ready = false;
        },
      );
    }
  }, LOOK_MILLISECONDS);
  return {
    async send(query) {
      const ready = routers.filter((router) => router.ready);
      const chosen = ready[turn++ % Math.max(ready.length, 1)];
      if (chosen === undefined) {
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
    async close() {
      clearInterval(look);
      await Promise.all(routers.map(({ pool }) => pool.close()));
    },
  };
}
