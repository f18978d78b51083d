export { ConfigurationError } from './configuration-error.js';
export { configureOrExit, readEnvironment, readVariable, type EnvironmentSource } from './environment.js';
export { callerSecretsFor, secretNameFor } from './caller-secrets.js';
export {
  booleanVariable,
  portVariable,
  secretVariable,
  urlListVariable,
  urlVariable,
  wholeNumberVariable,
} from './variables.js';
export { commonVariables, toCommonConfiguration, type CommonConfiguration } from './common-variables.js';
export type { SamplerName, TracingSettings } from './tracing-variables.js';
export {
  keysUrlVariable,
  readServiceConfiguration,
  type ServiceConfiguration,
} from './service-configuration.js';
export type { MoveConfiguration } from './move-variables.js';
export { eventsUrl, type EventConfiguration, type EventSource } from './event-variables.js';
