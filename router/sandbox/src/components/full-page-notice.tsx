import type { ReactNode } from 'react';

interface Properties {
  readonly title: string;
  readonly children: ReactNode;
  /** When given, a button that tries again. */
  readonly retry?: () => void;
  readonly retryLabel?: string;
}

/** Words in the middle of the page, while the sandbox cannot be shown. */
export function FullPageNotice({ title, children, retry, retryLabel = 'Try again' }: Properties) {
  return (
    <main className="sandbox-notice" role={retry === undefined ? 'status' : 'alert'}>
      <h1>{title}</h1>
      {children}
      {retry !== undefined && (
        <button type="button" className="sandbox-button" onClick={retry}>
          {retryLabel}
        </button>
      )}
    </main>
  );
}
