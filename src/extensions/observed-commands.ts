/** Observing the commands of one endpoint: the requests after every connect, and what the platform sends by itself. */
import {
  type EndpointAddress,
  everyName,
  type Observer,
  type Push,
  type Sender,
  type Target,
} from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import { StandingRequest } from '../client/standing-request.ts';
import { KaaProtocolError, KaaRejectedError } from '../protocol/errors.ts';
import { resourcePath, resources } from '../protocol/resources.ts';

const observeBody = Buffer.from(JSON.stringify({ observe: true }));
const emptyBody = Buffer.alloc(0);

/** In place of a command type: the request that makes the endpoint known while no type is. */
const announcement = '';

export interface ObservedCommandsListener {
  /** @param body as the table of resources promises */
  received(type: string, body: unknown, requestId: number | undefined): void;
  failed(error: Error): void;
  /** How the last try to observe a resource path ended. */
  observing(path: string, error: unknown): void;
}

export class ObservedCommands implements Observer, Sender {
  readonly #client: KaaClient;
  readonly #address: EndpointAddress;
  readonly #listener: ObservedCommandsListener;
  /** By command type. */
  readonly #requests = new Map<string, StandingRequest>();
  /** What ends each observation, by the name of its target. */
  readonly #observations = new Map<string, () => void>();

  constructor(client: KaaClient, address: EndpointAddress, listener: ObservedCommandsListener) {
    this.#client = client;
    this.#address = address;
    this.#listener = listener;
  }

  /**
   * From now on these are observed, and no others.
   * @param types asked for after every connect
   * @param everyType takes pushes of all types. Where no type is known there is nothing to ask for: then another request
   *   announces the endpoint, because Kaa pushes only to a connection that has spoken for it.
   */
  update(types: ReadonlySet<string>, everyType: boolean): void {
    const names = everyType ? new Set([everyName]) : types;
    for (const name of names) {
      if (!this.#observations.has(name)) this.#observations.set(name, this.#client.observe(this.#target(name), this));
    }
    end(this.#observations, names, (unobserve) => unobserve());

    const asked = everyType && types.size === 0 ? new Set([announcement]) : types;
    end(this.#requests, asked, (request) => request.stop());
    for (const type of asked) {
      if (!this.#requests.has(type)) this.#requests.set(type, this.#request(type));
    }
  }

  pushed({ name = '' }: Target, { body, requestId }: Push): void {
    this.#listener.received(name, body, requestId);
  }

  pushFailed(_target: Target, error: Error): void {
    this.#listener.failed(error);
  }

  unexpectedError(_target: Target, error: Error): void {
    this.#listener.failed(error);
  }

  #request(type: string): StandingRequest {
    const announces = type === announcement;
    const path = announces ? resourcePath(resources.metadataKeys) : resourcePath(resources.commands, type);
    return new StandingRequest(
      this.#client,
      () => (announces ? this.#announce() : this.#ask(type)),
      (error) => this.#listener.observing(path, error),
    );
  }

  async #ask(type: string): Promise<void> {
    const { body, requestId } = await this.#client.send(this.#target(type), observeBody, 'answer', this);
    this.#listener.received(type, body, requestId);
  }

  /** Whether the platform answers with metadata or refuses to, it has heard of the endpoint. */
  async #announce(): Promise<void> {
    const target = { ...this.#address, resource: 'metadataKeys' } as const;
    try {
      await this.#client.send(target, emptyBody, 'answer', this, this.#target(everyName));
    } catch (error) {
      if (!(error instanceof KaaRejectedError || error instanceof KaaProtocolError)) throw error;
    }
  }

  #target(name: string): Target {
    return { ...this.#address, resource: 'commands', name };
  }
}

function end<Value>(running: Map<string, Value>, wanted: ReadonlySet<string>, stop: (value: Value) => void): void {
  for (const [name, value] of running) {
    if (wanted.has(name)) continue;
    running.delete(name);
    stop(value);
  }
}
