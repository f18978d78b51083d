import { configureOrExit } from '@supergraph/platform/configuration';
import { runProcess } from '@supergraph/platform/http';
import { readConfiguration } from './config.js';
import { startProfile } from './server.js';

const configuration = configureOrExit(() => readConfiguration());
await runProcess('profile', configuration.common, (telemetry) => startProfile(configuration, telemetry));
