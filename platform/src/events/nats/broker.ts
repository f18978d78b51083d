import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { describeCause } from '../../errors/index.js';
import type { Logger } from '../../telemetry/index.js';

export interface NatsBrokerOptions {
  /**
   * `nats://HOST:PORT`, with `tls` in place of `nats` where the server asks for it, and `USER:PASSWORD@` or `TOKEN@`
   * before the host; several servers of one cluster separated by commas.
   */
  readonly url: string;
  /** Names this process in the broker's own listings. */
  readonly name: string;
  readonly logger: Logger;
  /** Begins the names of streams and subjects, `events` when not given. */
  readonly prefix?: string;
}

/** The way to a NATS server, which relay and transports of a process share. */
export interface NatsBroker {
  readonly prefix: string;
  /**
   * Gives the connection. Once made it comes back by itself after every loss.
   *
   * @throws while the broker does not answer
   */
  connect(): Promise<NatsConnection>;
  /** Calls back when the connection is lost and when it is there again. Gives what ends that. */
  watch(listener: (isConnected: boolean) => void): () => void;
  close(): Promise<void>;
}

/**
 * Makes the way to a broker. Nothing is connected until somebody asks.
 *
 * @throws when the URL is not one
 */
export function createNatsBroker(options: NatsBrokerOptions): NatsBroker {
  const { name, logger, prefix = 'events' } = options;
  const connectionOptions: NodeConnectionOptions = {
    ...readNatsUrl(options.url),
    name,
    timeout: 3_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    // A broker that hangs must not look alive for minutes.
    pingInterval: 5_000,
    maxPingOut: 2,
  };
  const listeners = new Set<(isConnected: boolean) => void>();
  let opening: Promise<NatsConnection> | undefined;
  let isClosed = false;

  const observe = async (connection: NatsConnection): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'reconnect') {
        const isConnected = status.type === 'reconnect';
        logger[isConnected ? 'info' : 'warn'](isConnected ? 'the broker is back' : 'the broker is away');
        listeners.forEach((listener) => listener(isConnected));
      } else if (status.type === 'error') {
        logger.warn({ cause: describeCause(status.error) }, 'the broker reports an error');
      }
    }
  };

  const open = async (): Promise<NatsConnection> => {
    const connection = await connect(connectionOptions);
    void observe(connection);
    void connection.closed().then((error) => {
      // Closed for good, as after refused credentials: whoever needs it next connects anew.
      opening = undefined;
      if (!isClosed) {
        logger.warn({ cause: describeCause(error) }, 'the broker closed the connection');
        listeners.forEach((listener) => listener(false));
      }
    });
    return connection;
  };

  return {
    prefix,
    connect() {
      if (isClosed) {
        return Promise.reject(new Error('The way to the broker was closed.'));
      }
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      const connection = await opening?.catch(() => undefined);
      await connection?.close();
    },
  };
}

/** The client takes servers and credentials apart from one another. */
export function readNatsUrl(
  url: string,
): Pick<NodeConnectionOptions, 'servers' | 'user' | 'pass' | 'token' | 'tls'> {
  const parsed = url.split(',').map((part) => {
    const one = URL.canParse(part.trim()) ? new URL(part.trim()) : undefined;
    if (one === undefined || !/^(nats|tls):$/.test(one.protocol) || one.hostname === '') {
      // Without the text: it may hold a password.
      throw new Error('The address of the broker must be `nats://HOST:PORT` or `tls://HOST:PORT`.');
    }
    return one;
  });
  const [first] = parsed as [URL];
  const user = decodeURIComponent(first.username);
  const pass = decodeURIComponent(first.password);
  return {
    servers: parsed.map(({ host, port }) => (port === '' ? `${host}:4222` : host)),
    ...(user === '' ? {} : pass === '' ? { token: user } : { user, pass }),
    ...(first.protocol === 'tls:' ? { tls: {} } : {}),
  };
}
