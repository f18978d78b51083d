import type { Dispatcher } from 'undici';
import { classifyFailure } from './classify-failure.js';
import type { TransportFailure } from './transport-failure.js';

/** What a replica sent. */
export interface Exchange {
  readonly status: number;
  readonly text: string;
  /** Its `Set-Cookie` headers. */
  readonly cookies: ReadonlyArray<string>;
  /** Its `Cache-Control` header. */
  readonly cacheControl?: string | undefined;
  /** Whether it said that it closes the connection, as a process does that is ending. */
  readonly closes: boolean;
}

const NO_COOKIES: ReadonlyArray<string> = [];

/**
 * One request and its whole answer, as a handler of `undici`'s dispatcher: without the stream, the abort signal and
 * the parsed headers of its `request`, which cost more than the rest of a fetch.
 *
 * @see https://undici.nodejs.org/#/docs/api/Dispatcher?id=parameter-dispatchhandler
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  /** Rejects with a {@link TransportFailure}. */
  readonly answer: Promise<Exchange>;
  #resolve!: (exchange: Exchange) => void;
  #reject!: (failure: TransportFailure) => void;
  #abortRequest: ((error?: Error) => void) | undefined;
  #aborted: TransportFailure | undefined;
  #status = 0;
  #cookies: string[] | undefined;
  #cacheControl: string | undefined;
  #closes = false;
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;

  constructor() {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Gives the request up; its connection is closed, which tells the other side. */
  abort(failure: TransportFailure): void {
    this.#aborted ??= failure;
    this.#reject(this.#aborted);
    this.#abortRequest?.(failure);
  }

  /** Part of what the dispatcher asks for: the request goes out now. */
  onConnect(abort: (error?: Error) => void): void {
    this.#abortRequest = abort;
    if (this.#aborted !== undefined) {
      abort(this.#aborted);
    }
  }

  /** Part of what the dispatcher asks for. */
  onHeaders(status: number, headers: Buffer[]): boolean {
    this.#status = status;
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index];
      // Two of the names that matter have ten letters and one has thirteen, and few others do.
      if (name?.length === 10 || name?.length === 13) {
        this.#readHeader(name.toString('latin1').toLowerCase(), headers[index + 1]?.toString('latin1') ?? '');
      }
    }
    return true;
  }

  /** Part of what the dispatcher asks for. */
  onData(chunk: Buffer): boolean {
    if (this.#first === undefined) {
      this.#first = chunk;
    } else {
      (this.#more ??= [this.#first]).push(chunk);
    }
    return true;
  }

  /** Part of what the dispatcher asks for. */
  onComplete(): void {
    const bytes = this.#more === undefined ? this.#first : Buffer.concat(this.#more);
    this.#resolve({
      status: this.#status,
      text: bytes === undefined ? '' : withoutMark(bytes.toString()),
      cookies: this.#cookies ?? NO_COOKIES,
      cacheControl: this.#cacheControl,
      closes: this.#closes,
    });
  }

  /** Part of what the dispatcher asks for. */
  onError(error: Error): void {
    this.#reject(this.#aborted ?? classifyFailure(error, this.#abortRequest !== undefined));
  }

  #readHeader(name: string, value: string): void {
    if (name === 'set-cookie') {
      (this.#cookies ??= []).push(value);
    } else if (name === 'connection') {
      this.#closes = value.toLowerCase() === 'close';
    } else if (name === 'cache-control') {
      this.#cacheControl = value;
    }
  }
}

/** Some servers begin with a byte order mark, which JSON does not know. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
