import { fileURLToPath } from 'node:url';
import { it } from '@jest/globals';
import { startServiceDatabase } from '@supergraph/platform/testing';
import { PrismaClient } from './generated/prisma/client.js';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { createPaymentPageStore } from './store/payment-pages.js';
import { createPaymentSummaryStore } from './store/payment-summaries.js';
it('plan', async () => {
  const database = await startServiceDatabase('payments', fileURLToPath(new URL('..', import.meta.url)));
  for (const total of [20000, 400000]) {
  await database.query('TRUNCATE payments CASCADE');
  await database.query(
      `INSERT INTO payments (id, user_id, recipient_id, amount, currency, idempotency_key, created_at)
       SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 and n <= 20000 THEN $1::uuid ELSE ('00000000-0000-4000-8000-' || lpad((n % 5000)::text, 12, '0'))::uuid END,
              CASE WHEN n % 2 = 0 or n > 20000 THEN NULL ELSE $1::uuid END, 1, 'EUR', n::text, now() - n * interval '1 second'
       FROM generate_series(1, ${total}) AS n`, ['11111111-0000-4000-8000-000000000000']);
  await database.query('ANALYZE payments');
  const pool = new pg.Pool({ connectionString: database.superuserUrl, options: '-c search_path=payments' });
  const capture: any[] = [];
  const orig = pg.Client.prototype.query;
  (pg.Client.prototype as any).query = function (...a: any[]) { if (a[0]?.text?.includes('payments.payments')) capture.push({ text: a[0].text, values: a[1] ?? a[0].values }); return (orig as any).apply(this, a); };
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { schema: 'payments' }) });
  const store = createPaymentPageStore(prisma);
  const page = { list: 'x', size: 10, direction: 'forward' as const, after: { at: new Date(Date.now() - 5000000), id: '00000000-0000-4000-8000-000000000000' }, before: null };
  await store.listOfUsers(['11111111-0000-4000-8000-000000000000'], page, {});
  await store.listOfUsers(Array.from({ length: 100 }, (_, n) => '00000000-0000-4000-8000-' + String(n).padStart(12, '0')), {...page, after: null}, {});
  await store.listAll(page, {});
  await store.listAll(page, { statuses: ['COMPLETED'] });
  await createPaymentSummaryStore(prisma).summarize(Array.from({ length: 100 }, (_, n) => '00000000-0000-4000-8000-' + String(n).padStart(12, '0')));
  (pg.Client.prototype as any).query = orig;
  for (const { text, values } of capture) {
    const r = await pool.query('EXPLAIN (ANALYZE, BUFFERS OFF) ' + text, values);
    console.log(total, text.slice(0, 60), '\n', r.rows.map((x: any) => x['QUERY PLAN']).join('\n'));
  }
  await prisma.$disconnect(); await pool.end().catch(() => 0);
  }
  await database.stop();
}, 100000);
