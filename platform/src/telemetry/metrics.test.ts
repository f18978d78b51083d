import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.js';

describe('createMetrics', () => {
  it('counts for one service in the Prometheus text format, apart from another in the same process', async () => {
    const [orders, stock] = [createMetrics('orders'), createMetrics('stock')];
    orders.sqlStatements.inc(3);
    orders.operations.inc({ outcome: 'error' });
    orders.httpDuration.observe({ route: '/graphql', status: '200' }, 0.02);
    const text = await orders.registry.metrics();
    expect(text).toContain('sql_statements_total{service="orders"} 3');
    expect(text).toContain('graphql_operations_total{outcome="error",service="orders"} 1');
    expect(text).toContain(
      'http_request_duration_seconds_bucket{le="0.025",service="orders",route="/graphql",status="200"} 1',
    );
    expect(text).toContain('process_cpu_seconds_total{service="orders"}');
    expect(await stock.registry.metrics()).toContain('sql_statements_total{service="stock"} 0');
  });
});
