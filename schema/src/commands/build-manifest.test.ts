import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import {
  createLibraryProject,
  loansOperation,
  type TemporaryProject,
} from '../../test-support/library-project.js';
import { buildManifest } from './build-manifest.js';
import { writeComposition } from './write-composition.js';

let project: TemporaryProject;

beforeEach(async () => {
  project = await createLibraryProject();
  await writeComposition(project.root);
});
afterEach(() => project.remove());

describe('buildManifest', () => {
  it('lists the saved operations with the hash of what clients send', async () => {
    const body = print(parse(loansOperation));
    expect(await buildManifest(project.root)).toEqual({
      type: 'manifest',
      manifest: {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [
          { id: createHash('sha256').update(body).digest('hex'), name: 'Loans', type: 'query', body },
        ],
      },
    });
  });

  it('says what no client could send', async () => {
    await project.write('shop/Gone.graphql', 'query Gone { books { colour } }');
    await project.write('shop/Two.graphql', 'query One { books { isbn } } query Two { books { isbn } }');
    expect(await buildManifest(project.root, join(project.root, 'shop'))).toEqual({
      type: 'refused',
      problems: [
        { fileName: 'Two.graphql', message: expect.stringContaining('exactly one') },
        { fileName: 'Gone.graphql', message: expect.stringContaining('colour') },
      ],
    });
  });

  it('says when there is nothing to list', async () => {
    await expect(buildManifest(project.root, join(project.root, 'nowhere'))).rejects.toThrow(
      /nowhere holds no \.graphql files/,
    );
  });
});
