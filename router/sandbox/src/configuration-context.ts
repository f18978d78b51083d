import { createContext, useContext } from 'react';
import type { SandboxConfiguration } from '../../src/sandbox/configuration.js';

export const ConfigurationContext = createContext<SandboxConfiguration | undefined>(undefined);

/** What the router told about its graph. @throws Error outside the loaded application. */
export function useConfiguration(): SandboxConfiguration {
  const configuration = useContext(ConfigurationContext);
  if (configuration === undefined) throw new Error('The configuration is not loaded.');
  return configuration;
}
