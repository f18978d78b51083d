import { configureOrExit } from '@supergraph/platform/configuration';
import { runProcess } from '@supergraph/platform/http';
import { readConfiguration } from './config.js';
import { startAuth } from './server.js';

const configuration = configureOrExit(() => readConfiguration());
await runProcess('auth', configuration.common, (telemetry) => startAuth(configuration, telemetry));
