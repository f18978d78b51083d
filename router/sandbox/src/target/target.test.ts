import { describe, expect, it } from '@jest/globals';
import { addressOfTarget, listTargets, targetOfAddress } from './target.js';

const configuration = {
  title: 'A graph',
  endpoint: '/graphql',
  subgraphs: [{ name: 'library', endpoint: '/sandbox/subgraphs/library' }],
  logins: [],
  examples: [],
  ownership: { types: [] },
};
const [supergraph, library] = listTargets(configuration);
const page = new URL('http://localhost/?theme=dark');

describe('targets', () => {
  it('are the supergraph and each subgraph', () => {
    expect(supergraph).toEqual({ label: 'Supergraph', endpoint: '/graphql' });
    expect(library).toEqual({
      subgraph: 'library',
      label: 'library',
      endpoint: '/sandbox/subgraphs/library',
    });
  });

  it('survive a round through the page’s address', () => {
    const address = addressOfTarget(library ?? supergraph, page);
    expect(address.search).toBe('?theme=dark&target=library');
    expect(targetOfAddress(configuration, address)).toEqual(library);
    expect(addressOfTarget(supergraph, address).search).toBe('?theme=dark');
  });

  it('fall back to the supergraph for an unknown name', () => {
    expect(targetOfAddress(configuration, new URL('http://localhost/?target=nobody'))).toEqual(supergraph);
  });
});
