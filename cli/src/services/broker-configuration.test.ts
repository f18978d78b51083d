import { describe, expect, it } from '@jest/globals';
import { readServices } from '@supergraph/schema/services';
import { ROOT } from '../root.js';
import { renderBrokerConfiguration } from './broker-configuration.js';

const services = readServices(ROOT);

/** What each user may publish, in the words of the file. */
function rightsIn(text: string): ReadonlyMap<string, ReadonlyArray<string>> {
  const users = text.split(/(?=\buser: )/).slice(1);
  return new Map(
    users.map((user) => [
      /^user: (\w+), password: \$NATS_PASSWORD_\w+$/m.exec(user)![1]!,
      [...user.matchAll(/^ +"([^"]+)"$/gm)].map(([, subject]) => subject!),
    ]),
  );
}

describe('renderBrokerConfiguration', () => {
  const fifth = { ...services[0]!, name: 'shipping', environmentPrefix: 'SHIPPING' };
  const text = renderBrokerConfiguration([...services, fifth]);
  const rights = rightsIn(text);

  it('has a user for every service of the list, a fifth one too, and for nobody else', () => {
    expect([...rights.keys()]).toEqual([...services.map(({ name }) => name), 'shipping']);
    expect(text).toContain('user: shipping, password: $NATS_PASSWORD_SHIPPING\n');
  });

  it('lets each publish, change and erase its own events only', () => {
    for (const [user, subjects] of rights) {
      const own = subjects.filter(
        (subject) => !/^\$JS\.API\.(INFO|CONSUMER|STREAM\.(INFO|MSG\.GET))/.test(subject),
      );
      expect(own).toEqual([
        `events.${user}.>`,
        `events-heartbeats.${user}`,
        `$JS.API.STREAM.CREATE.events-${user}`,
        `$JS.API.STREAM.UPDATE.events-${user}`,
        `$JS.API.STREAM.MSG.DELETE.events-${user}`,
      ]);
    }
  });

  it('has room for the streams of all', () => {
    expect(text).toContain('max_file_store: 5GB');
  });
});
