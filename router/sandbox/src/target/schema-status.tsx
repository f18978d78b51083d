import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useSlow } from '../use-slow.js';
import { messagesOf } from './messages-of.js';
import { useTarget } from './target-context.js';

/** Says in the top bar which schema is loaded, is being read, or could not be read and why. */
export function SchemaStatus() {
  const { target } = useTarget();
  const actions = useGraphiQLActions();
  const { isIntrospecting, fetchError, schema, validationErrors } = useGraphiQL(
    pick('isIntrospecting', 'fetchError', 'schema', 'validationErrors'),
  );
  const slow = useSlow(isIntrospecting);

  if (isIntrospecting) {
    const words = slow ? 'is slow to tell its schema. Still waiting…' : '– reading the schema…';
    return <Status state="reading">{`${target.label} ${words}`}</Status>;
  }
  if (fetchError !== null) {
    return (
      <div className="sandbox-status" data-state="failed" role="alert">
        <span className="sandbox-status-text">
          <strong>The schema of {target.label} could not be read.</strong> {messagesOf(fetchError)}
        </span>
        <button type="button" className="sandbox-button" onClick={() => void actions.introspect()}>
          Try again
        </button>
      </div>
    );
  }
  if (!schema) return <Status state="reading">{`${target.label} – no schema yet`}</Status>;
  if (validationErrors.length > 0) {
    return (
      <Status state="failed">{`The schema of ${target.label} is not valid: ${validationErrors[0]?.message}`}</Status>
    );
  }
  const count = Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__')).length;
  return <Status state="loaded">{`${target.label} at ${target.endpoint} – ${count} types`}</Status>;
}

function Status({
  state,
  children,
}: {
  readonly state: 'reading' | 'loaded' | 'failed';
  readonly children: string;
}) {
  return (
    <div className="sandbox-status" data-state={state} role="status">
      <span className="sandbox-status-text">{children}</span>
    </div>
  );
}
