import { useConfiguration } from '../configuration-context.js';
import { listTargets } from './target.js';
import { useTarget } from './target-context.js';

/** Chooses who answers. Radio buttons, so that arrow keys and screen readers know what to do. */
export function TargetSwitch() {
  const configuration = useConfiguration();
  const { target, choose } = useTarget();
  return (
    <div className="sandbox-targets" role="radiogroup" aria-label="Target">
      {listTargets(configuration).map((candidate) => (
        <label key={candidate.endpoint} className="sandbox-target" title={candidate.endpoint}>
          <input
            type="radio"
            name="target"
            value={candidate.subgraph ?? ''}
            checked={candidate.endpoint === target.endpoint}
            onChange={() => choose(candidate)}
          />
          <span>{candidate.label}</span>
        </label>
      ))}
    </div>
  );
}
