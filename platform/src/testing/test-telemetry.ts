import type { Telemetry } from '../http/index.js';
import { createLogger, createMetrics } from '../telemetry/index.js';

/** Telemetry of a service under test: silent unless `TEST_LOG_LEVEL` asks for more. */
export function testTelemetry(service: string): Telemetry {
  const level = process.env['TEST_LOG_LEVEL'] === 'debug' ? 'debug' : 'silent';
  return { logger: createLogger(service, level), metrics: createMetrics(service) };
}
