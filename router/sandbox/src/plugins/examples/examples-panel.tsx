import type { SandboxExample } from '../../../../src/sandbox/configuration.js';
import { useConfiguration } from '../../configuration-context.js';
import { listTargets } from '../../target/target.js';
import { useTarget } from '../../target/target-context.js';
import { useOpenTab } from './use-open-tab.js';

export function ExamplesPanel() {
  const configuration = useConfiguration();
  const { target, choose } = useTarget();
  const openTab = useOpenTab();
  const { examples } = configuration;
  const [supergraph] = listTargets(configuration);

  function open(example: SandboxExample) {
    choose(supergraph);
    openTab?.(example);
  }

  return (
    <section className="sandbox-panel" aria-label="Examples">
      <h2>Examples</h2>
      <p className="sandbox-hint">
        {target.subgraph === undefined
          ? 'Each opens in a new tab, with its variables.'
          : 'Written for the supergraph: opening one switches to it.'}
      </p>
      {examples.length === 0 && <p>The router offers no examples.</p>}
      <ul className="sandbox-cards">
        {examples.map((example) => (
          <li key={example.name}>
            <button
              type="button"
              className="sandbox-card"
              disabled={openTab === undefined}
              onClick={() => open(example)}
            >
              <strong>{example.name}</strong>
              {example.description !== undefined && <span>{example.description}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
