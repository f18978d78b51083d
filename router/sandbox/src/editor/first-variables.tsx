import { useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { isFirstVisit } from './editor-storage.js';

/** Puts the first example's variables beside its document, once, for a visitor who has no tabs yet. */
export function FirstVariables({ text }: { readonly text: string | undefined }) {
  const [isFirst] = useState(() => isFirstVisit(window.localStorage));
  const editor = useGraphiQL((state) => state.variableEditor);
  const tabs = useGraphiQL((state) => state.tabs.length);
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (done || !isFirst || text === undefined || editor === undefined) return;
    setDone(true);
    if (tabs === 1 && editor.getValue() === '') editor.setValue(text);
  }, [done, isFirst, text, editor, tabs]);
  return null;
}
