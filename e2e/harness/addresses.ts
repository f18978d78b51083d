import { connect } from 'node:net';

/** Where something of this machine listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Finds all addresses that the table of a started system shows: router, services, databases. */
export function findAddresses(output: string): ReadonlyArray<Address> {
  return [...output.matchAll(/\b(localhost|127\.0\.0\.1):(\d+)\//g)].map(([, host = '', port]) => ({
    host,
    port: Number(port),
  }));
}

/** Gives those of the addresses at which somebody still listens. */
export async function findListening(addresses: ReadonlyArray<Address>): Promise<ReadonlyArray<Address>> {
  const listening = await Promise.all(addresses.map(isListening));
  return addresses.filter((_, index) => listening[index]);
}

function isListening(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
