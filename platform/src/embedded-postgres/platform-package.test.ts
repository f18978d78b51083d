import { describe, expect, it } from '@jest/globals';

import { locatePlatformPackage } from './platform-package.js';

describe('locatePlatformPackage', () => {
  it('finds the programs of this machine', async () => {
    expect((await locatePlatformPackage()).version).toMatch(/^\d+\.\d+/);
  });

  it('says that Windows has no embedded servers, and what to do instead', async () => {
    const failure = locatePlatformPackage('win32', 'x64');
    await expect(failure).rejects.toMatchObject({ code: 'UNSUPPORTED_PLATFORM' });
    await expect(failure).rejects.toThrow(/Windows[^]*_DATABASE_URL/);
  });

  it('says how to get a package that is not installed', async () => {
    const other = process.platform === 'darwin' ? 'linux' : 'darwin';
    await expect(locatePlatformPackage(other, 'arm64')).rejects.toMatchObject({ code: 'BINARIES_UNUSABLE' });
    await expect(locatePlatformPackage(other, 'arm64')).rejects.toThrow(/npm install/);
  });
});
