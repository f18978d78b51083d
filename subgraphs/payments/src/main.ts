import { configureOrExit } from '@supergraph/platform/configuration';
import { runProcess } from '@supergraph/platform/http';
import { readConfiguration } from './config.js';
import { startPayments } from './server.js';

const configuration = configureOrExit(() => readConfiguration());
await runProcess('payments', configuration.common, (telemetry) => startPayments(configuration, telemetry));
