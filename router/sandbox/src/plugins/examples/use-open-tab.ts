import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';

interface TabContent {
  readonly document: string;
  readonly variables?: string;
}

/** Gives a function that opens a new tab with an operation; undefined until the editors are loaded. */
export function useOpenTab(): ((content: TabContent) => void) | undefined {
  const actions = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  if (queryEditor === undefined || variableEditor === undefined) return undefined;
  return ({ document, variables = '' }) => {
    actions.addTab();
    queryEditor.setValue(document);
    variableEditor.setValue(variables);
    actions.updateActiveTabValues({ query: document, variables });
  };
}
