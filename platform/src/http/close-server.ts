import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Connections that are open and have sent nothing; Node does not count them among the idle ones. */
export interface SilentConnections {
  close(): void;
}

/** Keeps an eye on the connections of a server from now on. */
export function trackSilentConnections(server: Server): SilentConnections {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return {
    close() {
      for (const socket of open) {
        if (socket.bytesRead === 0) {
          socket.destroy();
        }
      }
    },
  };
}

/**
 * Stops accepting, lets requests under way come to their end, closes connections as they become idle, and cuts
 * what is left after `drainMilliseconds`. Does nothing when the server does not listen.
 */
export async function closeServer(
  server: Server,
  drainMilliseconds: number,
  silent?: SilentConnections,
): Promise<void> {
  if (!server.listening) {
    return;
  }
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const closeUnused = (): void => {
    server.closeIdleConnections();
    silent?.close();
  };
  closeUnused();
  // Connections become idle as their requests end; Node closes only those that are idle at the call.
  const sweep = setInterval(closeUnused, 50);
  const cut = setTimeout(() => server.closeAllConnections(), drainMilliseconds);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
