import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startAuthUnderTest } from '../auth-test-service.js';
import { createSmtpMailPort } from './smtp-mail-port.js';

/** What a server took from a client in one connection. */
interface Received {
  readonly commands: string[];
  /** Each mail as it came, between DATA and the dot. */
  readonly mails: string[];
}

/** A small SMTP server (RFC 5321) that takes everything but mails to `refused@`, and offers no TLS. */
async function startSmtpServer(received: Received, host = '127.0.0.1'): Promise<Server> {
  const serve = (socket: Socket): void => {
    let text = '';
    let data: string[] | undefined;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const take = (line: string): void => {
      if (data !== undefined) {
        if (line === '.') {
          received.mails.push(data.join('\n'));
          data = undefined;
          say('250 taken');
        } else {
          data.push(line.replace(/^\.\./, '.'));
        }
        return;
      }
      received.commands.push(line);
      const [verb = ''] = line.toUpperCase().split(' ');
      if (verb === 'EHLO') {
        say('250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME');
      } else if (verb === 'AUTH') {
        say('235 welcome');
      } else if (verb === 'RCPT' && line.includes('refused@')) {
        say('550 5.1.1 <refused@example.com> is unknown here');
      } else if (verb === 'STARTTLS') {
        say('454 there is no TLS here');
      } else if (verb === 'DATA') {
        data = [];
        say('354 go on');
      } else {
        say(verb === 'QUIT' ? '221 bye' : '250 ok');
      }
    };
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      const lines = text.split('\r\n');
      text = lines.pop() ?? '';
      lines.forEach(take);
    });
    say('220 test');
  };
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return server;
}

let received: Received;
let server: Server;
let url: string;
beforeEach(async () => {
  received = { commands: [], mails: [] };
  server = await startSmtpServer(received);
  url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const SENDER = 'Example <no-reply@example.com>';
const mail = { recipient: 'ada@example.com', subject: 'Grüße', body: 'A line.\n.\nÜber 1.\n' };

describe('createSmtpMailPort', () => {
  it('hands a mail over, from the sender to the one recipient', async () => {
    const port = createSmtpMailPort({ url: url.replace('//', '//somebody:se%20cret@'), sender: SENDER });
    await port.send(mail);
    port.close();
    expect(received.commands).toContain('MAIL FROM:<no-reply@example.com>');
    expect(received.commands.filter((command) => command.startsWith('RCPT'))).toEqual([
      'RCPT TO:<ada@example.com>',
    ]);
    const auth = received.commands.find((command) => command.startsWith('AUTH PLAIN'));
    expect(Buffer.from(auth?.split(' ')[2] ?? '', 'base64').toString()).toBe('\0somebody\0se cret');
    expect(received.mails).toHaveLength(1);
    expect(received.mails[0]).toMatch(/^From: Example <no-reply@example.com>$/m);
    expect(received.mails[0]).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(received.mails[0]).toMatch(/^A line\.$/m);
  });

  it('tells a refusal by its codes, without the address', async () => {
    const port = createSmtpMailPort({ url, sender: SENDER });
    await expect(port.send({ ...mail, recipient: 'refused@example.com' })).rejects.toThrow(
      /^The mail server did not take a mail: EENVELOPE, 550\.$/,
    );
    port.close();
    expect(received.mails).toEqual([]);
  });

  it('sends nothing in clear to another machine', async () => {
    // Another address of this machine, which does not count as this machine.
    const other = await startSmtpServer(received, '127.0.0.2');
    const address = `smtp://127.0.0.2:${(other.address() as AddressInfo).port}`;
    const port = createSmtpMailPort({ url: address, sender: SENDER });
    await expect(port.send(mail)).rejects.toThrow('The mail server did not take a mail');
    port.close();
    await new Promise((resolve) => other.close(resolve));
    expect(received.commands).toContain('STARTTLS');
    expect(received.mails).toEqual([]);
  });

  it('carries the mails of auth', async () => {
    const auth = await startAuthUnderTest({ AUTH_SMTP_URL: url, AUTH_MAIL_SENDER: SENDER });
    try {
      await auth.register('ada@example.com');
      while (received.mails.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(received.mails[0]).toMatch(/^To: ada@example.com$/m);
      expect(received.mails[0]).toContain('Verify your e-mail address');
      expect(await auth.rowsOf('outgoing_mails')).toEqual([]);
    } finally {
      await auth.stop();
    }
  });
});
