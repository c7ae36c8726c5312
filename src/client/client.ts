/**
 * The client of the Kaa MQTT Device API: requests and their answers over one connection, for any number of endpoints.
 * Every request settles exactly once: with the platform's answer, the server's receipt, or a `KaaError`.
 */
import {
  KaaBusyError,
  KaaClosedError,
  KaaConfigError,
  KaaInvalidError,
  KaaOfflineError,
  KaaTimeoutError,
} from '../protocol/errors.ts';
import { parseTopic } from '../protocol/topic.ts';
import { readError, readStatus } from './answer.ts';
import type { Channel, Sender, Target } from './channel.ts';
import { Channels } from './channels.ts';
import { Connection, type ConnectionStatus } from './connection.ts';
import { Exchange, type ExchangeOutcome, type Settlement } from './exchange.ts';
import type { ClientOptions } from './options.ts';
import { type SubscriptionOutcome, Subscriptions } from './subscriptions.ts';
import type { Transport } from './transport.ts';
import { longestLine, longestSilentLine } from './waiting-line.ts';
import { RequestWindow } from './window.ts';

export class KaaClient {
  readonly options: ClientOptions;
  readonly #connection: Connection;
  readonly #channels: Channels;
  readonly #subscriptions: Subscriptions<Exchange>;
  readonly #window: RequestWindow;
  readonly #statusListeners = new Set<(status: ConnectionStatus) => void>();
  /** Runs from opening until the first attempts have ended, and while it runs requests wait. */
  #firstConnect: NodeJS.Timeout | undefined;

  constructor(options: ClientOptions, transport: Transport) {
    this.options = options;
    this.#connection = new Connection(options, transport, {
      connected: () => this.#connected(),
      message: (topic, payload) => this.#receive(topic, payload),
      writable: () => this.#window.advance(),
      unavailable: () => this.#unavailable(),
      statusChanged: (status) => {
        for (const listener of this.#statusListeners) listener(status);
      },
    });
    this.#channels = new Channels(options.extensions, (channel) => this.#subscriptions.forget(channel));
    const qos = options.qos === 'auto' ? 0 : options.qos;
    this.#subscriptions = new Subscriptions(qos, options.requestTimeout * 1000, (channel, outcome) =>
      this.#subscriptionSettled(channel, outcome),
    );
    this.#window = new RequestWindow(options, this.#subscriptions, this.#connection);
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  /** Messages published and not settled yet. */
  get inFlight(): number {
    return this.#window.inFlight;
  }

  /** Calls back at every change of the connection's status, until the returned function is called. */
  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** Starts connecting. Requests made before the first attempts have ended wait for them, at most `requestTimeout`. */
  open(): void {
    this.#firstConnect = setTimeout(() => {
      this.#endFirstConnect();
      this.#window.stop(this.#channels.endpoints(), () => new KaaOfflineError('not-connected', false));
    }, this.options.requestTimeout * 1000);
    this.#connection.open();
  }

  /**
   * Sends a message to a resource and waits for what `settlement` names.
   * @param payload the body as it goes over the wire
   * @throws {KaaInvalidError} the payload is larger than `maxPayload`
   * @throws {KaaOfflineError} not connected (at once), or the connection was lost before the outcome
   * @throws {KaaBusyError} too many messages are waiting
   * @throws {KaaTimeoutError} no answer or receipt within `requestTimeout`
   * @throws {KaaRejectedError} the platform answered with an error
   * @throws {KaaProtocolError} the answer is not what the protocol promises
   * @throws {KaaConfigError} the server refused the subscription to the answers
   * @throws {KaaClosedError} the client is closing
   */
  async send(target: Target, payload: Buffer, settlement: Settlement, sender: Sender): Promise<ExchangeOutcome> {
    this.requireAvailable();
    const { maxPayload } = this.options;
    if (payload.length > maxPayload) {
      const reason = `is ${payload.length} bytes, more than the ${maxPayload} that the endpoint allows`;
      throw new KaaInvalidError('payload', [{ path: '', reason }]);
    }
    if (this.#window.waiting >= longestLine) throw new KaaBusyError(this.#window.waiting);
    const channel = this.#channels.of(target);
    const { silent, waiting } = channel.traffic;
    if (silent && waiting.size >= longestSilentLine) throw new KaaBusyError(waiting.size);
    const exchange = new Exchange(channel, payload, settlement, sender);
    this.#window.push(exchange);
    return exchange.outcome;
  }

  /**
   * Does nothing where a message can be sent now or after the first connect.
   * @throws {KaaOfflineError} not connected
   * @throws {KaaClosedError} the client is closing
   */
  requireAvailable(): void {
    const { status } = this.#connection;
    if (status.state === 'closed') throw new KaaClosedError(false);
    if (status.state === 'offline') throw new KaaOfflineError(status.reason, false);
    if (status.state === 'connecting' && this.#firstConnect === undefined) {
      throw new KaaOfflineError('not-connected', false);
    }
  }

  /** A sender leaves: what it has under way is settled with KAA_CLOSED, and it hears of nothing any more. */
  forget(sender: Sender): void {
    this.#channels.forget(sender);
    this.#window.failAll(this.#channels.endpoints(), (exchange) => exchange.sender === sender, closedError);
    this.#window.advance();
  }

  /** Settles everything with KAA_CLOSED and ends the connection within `deadline` milliseconds. */
  async close(deadline: number): Promise<void> {
    this.#endFirstConnect();
    const ended = this.#connection.close(deadline);
    this.#subscriptions.stop();
    this.#window.stop(this.#channels.endpoints(), closedError);
    await ended;
  }

  #connected(): void {
    this.#endFirstConnect();
    const { link } = this.#connection;
    if (link === undefined) return;
    this.#channels.releaseIdle();
    this.#subscriptions.start(link);
    this.#window.start(link, this.#channels.endpoints());
  }

  #unavailable(): void {
    this.#endFirstConnect();
    this.#subscriptions.stop();
    const { status } = this.#connection;
    const reason = status.state === 'offline' ? status.reason : 'not-connected';
    this.#window.stop(
      this.#channels.endpoints(),
      ({ publishedAt }) => new KaaOfflineError(reason, publishedAt !== undefined),
    );
  }

  #endFirstConnect(): void {
    clearTimeout(this.#firstConnect);
    this.#firstConnect = undefined;
  }

  #subscriptionSettled(channel: Channel<Exchange>, outcome: SubscriptionOutcome): void {
    const { label, traffic } = channel;
    if (outcome === 'timed-out') {
      this.#window.failWaiting(channel, new KaaTimeoutError(label, this.options.requestTimeout, 'subscribing'));
    } else if (outcome === 'refused') {
      const remedy = 'Allow the client to read the topics below its endpoint token.';
      const error = new KaaConfigError(
        `The server refused the subscription to the answers of ${label}; nothing was sent. ${remedy}`,
      );
      this.#window.failWaiting(channel, error);
    }
    this.#window.wake(traffic);
  }

  #receive(text: string, payload: Buffer): void {
    const topic = parseTopic(text);
    if (topic === undefined || topic.kind === 'request') return;
    const channel = this.#channels.find(topic);
    if (channel === undefined) return;
    const { label, resource, target, requestIds, traffic } = channel;
    const { kind, requestId } = topic;

    const exchange = requestId === undefined ? undefined : requestIds.outstanding.get(requestId);
    if (exchange?.channel === channel) {
      this.#window.answered(exchange, () => {
        if (kind === 'error') throw readError(label, target.token, payload);
        return readStatus(resource, label, target.token, payload);
      });
      return;
    }
    traffic.silent = false;
    this.#window.wake(traffic);
    // For a message that had its receipt already, an error is as unexpected as one without request ID.
    const unexpected = requestId === undefined || requestIds.retired.get(requestId) === 'acknowledged';
    if (kind === 'error' && unexpected) {
      channel.lastSender?.unexpectedError(target, readError(label, target.token, payload));
    }
  }
}

function closedError({ publishedAt }: Exchange): KaaClosedError {
  return new KaaClosedError(publishedAt !== undefined);
}
