import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';

/** A new tab begins with the headers of the tab it was opened from, so that one stays signed in. */
export function InheritHeaders() {
  const { tabs, activeTabIndex, headerEditor } = useGraphiQL(pick('tabs', 'activeTabIndex', 'headerEditor'));
  const before = useRef({ count: tabs.length, index: activeTabIndex });
  useEffect(() => {
    const { count, index } = before.current;
    before.current = { count: tabs.length, index: activeTabIndex };
    const opened = tabs.length === count + 1 && activeTabIndex === count;
    const headers = tabs[index]?.headers;
    if (opened && headers && headerEditor?.getValue() === '') headerEditor.setValue(headers);
  }, [tabs, activeTabIndex, headerEditor]);
  return null;
}
