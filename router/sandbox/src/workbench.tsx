import { GraphiQL } from 'graphiql';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { createPortal } from 'react-dom';
import { useConfiguration } from './configuration-context.js';
import { EditorTheme } from './editor/editor-theme.js';
import { createEditorStorage } from './editor/editor-storage.js';
import { FirstVariables } from './editor/first-variables.js';
import { InheritHeaders } from './editor/inherit-headers.js';
import { createFetcher } from './graphql/create-fetcher.js';
import { plugins } from './plugins/index.js';
import { SessionButton } from './plugins/sign-in/session-button.js';
import { SchemaStatus } from './target/schema-status.js';
import { TargetContext } from './target/target-context.js';
import { TargetSwitch } from './target/target-switch.js';
import { addressOfTarget, targetOfAddress } from './target/target.js';
import type { Target } from './target/target.js';

// One object for as long as the page is open: the history begins anew with another.
const storage = createEditorStorage(window.localStorage);

/** GraphiQL below a top bar that tells and switches who answers. */
export function Workbench() {
  const configuration = useConfiguration();
  const [target, setTarget] = useState(() => targetOfAddress(configuration, new URL(window.location.href)));
  const [bar, setBar] = useState<HTMLElement | null>(null);
  const fetcher = useFetcher(target.endpoint, target.subgraph === undefined);

  const choose = useCallback((chosen: Target) => {
    window.history.replaceState(null, '', addressOfTarget(chosen, new URL(window.location.href)));
    setTarget(chosen);
  }, []);
  const targetState = useMemo(() => ({ target, choose }), [target, choose]);
  const [firstExample] = configuration.examples;

  return (
    <TargetContext value={targetState}>
      <header className="sandbox-bar">
        <h1 className="sandbox-title">{configuration.title}</h1>
        <TargetSwitch />
        <div className="sandbox-bar-end" ref={setBar} />
      </header>
      <main className="sandbox-main">
        <GraphiQL
          fetcher={fetcher}
          plugins={plugins}
          storage={storage}
          shouldPersistHeaders={false}
          defaultEditorToolsVisibility
          inputValueDeprecation
          schemaDescription
          {...(firstExample === undefined ? {} : { defaultQuery: firstExample.document })}
        >
          <GraphiQL.Logo> </GraphiQL.Logo>
          <EditorTheme />
          <FirstVariables text={firstExample?.variables} />
          <InheritHeaders />
          {bar !== null &&
            createPortal(
              <>
                <SchemaStatus />
                <SessionButton />
              </>,
              bar,
            )}
        </GraphiQL>
      </main>
    </TargetContext>
  );
}

/** A fetcher for the endpoint; what was asked of the endpoint before it is given up when another is chosen. */
function useFetcher(endpoint: string, isSupergraph: boolean) {
  const { fetcher, controller } = useMemo(() => {
    const abort = new AbortController();
    return { controller: abort, fetcher: createFetcher(endpoint, abort.signal, isSupergraph) };
  }, [endpoint, isSupergraph]);
  useEffect(
    () => () => controller.abort(new Error('Given up, because another target was chosen.')),
    [controller],
  );
  return fetcher;
}
