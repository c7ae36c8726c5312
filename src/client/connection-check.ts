/**
 * Tries a connection in stages, as far as it gets: for people who set one up and want to know what is wrong. It opens a
 * connection of its own for each server, and closes it.
 */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { asError, KaaConfigError, KaaError } from '../protocol/errors.ts';
import type { EndpointAddress, Sender } from './channel.ts';
import { KaaClient } from './client.ts';
import type { ConnectionStatus } from './connection.ts';
import { linkFailure } from './link-failure.ts';
import type { ClientOptions } from './options.ts';
import type { LinkFailure, Transport } from './transport.ts';

/** In their order. */
export const checkStages = ['lookup', 'tcp', 'tls', 'login', 'subscribe', 'request'] as const;

export type CheckStage = (typeof checkStages)[number];

/** What is wrong at a stage: with the connection, or with a request. */
export type CheckFailure = LinkFailure | Error;

export type CheckOutcome =
  /** `over` another connection, which speaks for the endpoint already. */
  | { readonly state: 'passed'; readonly over?: 'other' }
  | { readonly state: 'failed'; readonly failure: CheckFailure }
  /** `why` there is nothing to try: plain text has no TLS, an address needs no look-up, nobody says who speaks. */
  | { readonly state: 'skipped'; readonly why: 'plain' | 'address' | 'nobody' | 'in-use' };

export interface CheckReport {
  /** Its place among the URLs: several may be the same. */
  readonly server: number;
  readonly url: string;
  readonly stage: CheckStage;
  readonly outcome: CheckOutcome;
}

/**
 * Who speaks in the last two stages, if anybody. Kaa sends what is for an endpoint to the connection that spoke for it
 * last, so that one that is in use has to be asked over its own connection.
 */
export type CheckSpeaker =
  | { readonly address: EndpointAddress; readonly over?: KaaClient }
  /** There is no token, or one that another connection speaks for which is not the one that is checked. */
  | 'nobody'
  | 'in-use';

const defaultPorts: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 };

/** Request time-outs that a request may take: until the subscription is confirmed, and until the answer. */
const stagesOfRequest = 2.1;

/** Milliseconds for saying goodbye. */
const farewell = 200;

/**
 * Checks every server, one after the other; each stage within `requestTimeout`.
 * @param speakerAt who speaks at a server
 * @param report told of each stage as it ends; the first failed one is the last of its server
 * @param aborted ends the check early
 */
export async function checkConnection(
  options: ClientOptions,
  speakerAt: (url: string) => CheckSpeaker,
  transport: Transport,
  report: (report: CheckReport) => void,
  aborted: AbortSignal,
): Promise<void> {
  for (const [server, url] of options.urls.entries()) {
    if (aborted.aborted) return;
    const check = new ServerCheck({ ...options, urls: [url] }, url, transport, aborted);
    await check.run(speakerAt(url), (stage, outcome) => {
      if (!aborted.aborted) report({ server, url, stage, outcome });
    });
  }
}

type Report = (stage: CheckStage, outcome: CheckOutcome) => void;

class ServerCheck {
  readonly #options: ClientOptions;
  readonly #url: URL;
  readonly #transport: Transport;
  readonly #aborted: AbortSignal;

  constructor(options: ClientOptions, url: string, transport: Transport, aborted: AbortSignal) {
    this.#options = options;
    this.#url = new URL(url);
    this.#transport = transport;
    this.#aborted = aborted;
  }

  get #host(): string {
    return this.#url.hostname.replace(/^\[|\]$/g, '');
  }

  get #isSecure(): boolean {
    return this.#url.protocol === 'mqtts:' || this.#url.protocol === 'wss:';
  }

  async run(speaker: CheckSpeaker, report: Report): Promise<void> {
    if (isIP(this.#host) > 0) report('lookup', { state: 'skipped', why: 'address' });
    else if (!(await this.#stage('lookup', report, () => this.#inTime(lookup(this.#host))))) return;
    if (!(await this.#stage('tcp', report, () => this.#reach()))) return;
    if (!this.#isSecure) report('tls', { state: 'skipped', why: 'plain' });
    else if (!(await this.#stage('tls', report, () => this.#secure()))) return;
    const client = new KaaClient(this.#options, this.#transport);
    const abort = (): void => void client.close(0);
    this.#aborted.addEventListener('abort', abort);
    try {
      if (await this.#logIn(client, report)) await this.#speak(client, speaker, report);
    } finally {
      this.#aborted.removeEventListener('abort', abort);
      await client.close(farewell);
    }
  }

  async #stage(stage: CheckStage, report: Report, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      report(stage, { state: 'passed' });
      return true;
    } catch (error) {
      const failure = linkFailure(error, false);
      // A server that ends the connection at the first word does not speak TLS.
      const dropped = stage === 'tls' && failure.reason === 'dropped-at-login';
      report(stage, { state: 'failed', failure: dropped ? { ...failure, reason: 'tls' } : failure });
      return false;
    }
  }

  /** Rejects where it takes too long, as with a server that keeps silent, or the check is aborted. */
  async #inTime<Value>(work: Promise<Value>, timeouts = 1): Promise<Value> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const tooLate = (): void => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(tooLate, timeouts * this.#options.requestTimeout * 1000);
    this.#aborted.addEventListener('abort', tooLate);
    if (this.#aborted.aborted) tooLate();
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      this.#aborted.removeEventListener('abort', tooLate);
    }
  }

  get #address(): { readonly host: string; readonly port: number } {
    const { port, protocol } = this.#url;
    return { host: this.#host, port: port === '' ? (defaultPorts[protocol] ?? 0) : Number(port) };
  }

  async #reach(): Promise<void> {
    const socket = connect(this.#address);
    try {
      await this.#inTime(once(socket, 'connect'));
    } finally {
      socket.destroy();
    }
  }

  async #secure(): Promise<void> {
    const servername = isIP(this.#host) > 0 ? {} : { servername: this.#host };
    const socket = connectTls({ ...servername, ...this.#options.tls, ...this.#address });
    try {
      await this.#inTime(once(socket, 'secureConnect'));
    } finally {
      socket.destroy();
    }
  }

  async #logIn(client: KaaClient, report: Report): Promise<boolean> {
    const failure = await this.#connected(client);
    report('login', failure === undefined ? { state: 'passed' } : { state: 'failed', failure });
    return failure === undefined;
  }

  async #connected(client: KaaClient): Promise<LinkFailure | undefined> {
    const { promise, resolve } = Promise.withResolvers<LinkFailure | undefined>();
    const look = (status: ConnectionStatus): void => {
      if (status.state === 'connected') resolve(undefined);
      else if (status.state === 'offline') resolve(status.failures[0] ?? { reason: status.reason });
    };
    const unwatch = client.onStatus(look);
    client.open();
    try {
      return await this.#inTime(promise);
    } catch (error) {
      return linkFailure(error, false);
    } finally {
      unwatch();
    }
  }

  /** Asks for the names of the metadata attributes: that changes nothing. */
  async #speak(client: KaaClient, speaker: CheckSpeaker, report: Report): Promise<void> {
    if (typeof speaker === 'string') {
      for (const stage of ['subscribe', 'request'] as const) report(stage, { state: 'skipped', why: speaker });
      return;
    }
    const { address, over } = speaker;
    const sender: Sender = { unexpectedError: () => undefined };
    const passed: CheckOutcome = over === undefined ? { state: 'passed' } : { state: 'passed', over: 'other' };
    try {
      const target = { ...address, resource: 'metadataKeys' } as const;
      // Another client has time-outs of its own, and nobody waits for those.
      const asked = (over ?? client).send(target, '', 'answer', sender, { isTentative: true });
      await this.#inTime(asked, stagesOfRequest);
      report('subscribe', passed);
      report('request', passed);
    } catch (thrown) {
      const error = asError(thrown);
      const { status } = over ?? client;
      const lost = status.state === 'offline' ? status.failures[0] : undefined;
      const late: LinkFailure | undefined = error instanceof KaaError ? undefined : { reason: 'no-answer' };
      const failed: CheckOutcome = { state: 'failed', failure: lost ?? late ?? error };
      // What was not sent waited for the subscription; over another connection maybe for its turn.
      const wasSubscribing =
        error instanceof KaaConfigError ||
        (over === undefined && error instanceof KaaError && error.cause.sent === false);
      report('subscribe', wasSubscribing ? failed : passed);
      if (!wasSubscribing) report('request', failed);
    } finally {
      over?.forget(sender, address);
    }
  }
}
