import { useEffect, useState } from 'react';
import type { SandboxConfiguration } from '../../src/sandbox/configuration.js';
import { FullPageNotice } from './components/full-page-notice.js';
import { ConfigurationContext } from './configuration-context.js';
import { loadConfiguration } from './load-configuration.js';
import { useSlow } from './use-slow.js';
import { Workbench } from './workbench.js';

const address = `${import.meta.env.BASE_URL}config.json`;

type Loading =
  | { readonly state: 'waiting' }
  | { readonly state: 'failed'; readonly error: Error }
  | { readonly state: 'loaded'; readonly configuration: SandboxConfiguration };

/** Asks the router what it serves, then shows the workbench; in between, says what is happening. */
export function Application() {
  const [loading, setLoading] = useState<Loading>({ state: 'waiting' });
  const [attempt, setAttempt] = useState(0);
  const slow = useSlow(loading.state === 'waiting');

  useEffect(() => {
    const controller = new AbortController();
    setLoading({ state: 'waiting' });
    loadConfiguration(address, controller.signal).then(
      (configuration) => {
        document.title = configuration.title;
        setLoading({ state: 'loaded', configuration });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setLoading({ state: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
    return () => controller.abort();
  }, [attempt]);

  switch (loading.state) {
    case 'waiting':
      return (
        <FullPageNotice title="The sandbox is loading">
          <p>{slow ? 'The router is slow to answer. Still waiting…' : 'Asking the router what it serves…'}</p>
        </FullPageNotice>
      );
    case 'failed':
      return (
        <FullPageNotice title="The sandbox cannot start" retry={() => setAttempt(attempt + 1)}>
          <p>{loading.error.message}</p>
        </FullPageNotice>
      );
    case 'loaded':
      return (
        <ConfigurationContext value={loading.configuration}>
          <Workbench />
        </ConfigurationContext>
      );
  }
}
