import { configureOrExit } from '@supergraph/platform/configuration';
import { runProcess } from '@supergraph/platform/http';
import { readConfiguration } from './config.js';
import { startAdmin } from './server.js';

const configuration = configureOrExit(() => readConfiguration());
await runProcess('admin', configuration.common, (telemetry) => startAdmin(configuration, telemetry));
