import type pg from 'pg';

/** Clients of the lending desk who write and read without a pause, and remember what was acknowledged. */
export interface Clients {
  /** What every acknowledged new loan was: its id and its weeks, the last ones acknowledged. */
  readonly loans: ReadonlyMap<string, number>;
  readonly failures: ReadonlyArray<string>;
  /** How long the longest request took, in milliseconds. */
  readonly longest: () => number;
  readonly requests: () => number;
  stop(): Promise<void>;
}

/** @param pool what the service's code uses: it never learns that its database moves */
export function startClients(pool: pg.Pool, count: number): Clients {
  const loans = new Map<string, number>();
  const failures: string[] = [];
  let on = true;
  let longest = 0;
  let requests = 0;
  const running = Array.from({ length: count }, async (_, client) => {
    const own: string[] = [];
    while (on) {
      const begin = performance.now();
      try {
        const known = own[Math.floor(Math.random() * own.length)];
        if (known === undefined || Math.random() < 0.4) {
          const { rows } = await pool.query<{ id: string; weeks: number }>(
            `INSERT INTO lending.loans (member_id, due, weeks) SELECT id, now(), $2 FROM lending.members WHERE card = $1 RETURNING id, weeks`,
            [`AB${1 + client}`, 1 + client],
          );
          const [row] = rows;
          if (row === undefined) throw new Error('a member is gone');
          own.push(row.id);
          loans.set(row.id, row.weeks);
        } else {
          const { rows } = await pool.query<{ weeks: number }>(
            'UPDATE lending.loans SET weeks = weeks + 1 WHERE id = $1 RETURNING weeks',
            [known],
          );
          const [row] = rows;
          if (row === undefined) throw new Error(`the acknowledged loan ${known} is gone`);
          if (row.weeks !== (loans.get(known) ?? 0) + 1)
            throw new Error(`a change of the loan ${known} was lost`);
          loans.set(known, row.weeks);
        }
        requests += 1;
      } catch (error) {
        failures.push((error as Error).message);
      }
      longest = Math.max(longest, performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  return {
    loans,
    failures,
    longest: () => longest,
    requests: () => requests,
    async stop() {
      on = false;
      await Promise.all(running);
    },
  };
}
