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
import { KaaProtocolError, KaaRejectedError, type Problem } from '../protocol/errors.ts';
import { nameProblem } from '../protocol/names.ts';
import { resourcePath, resources } from '../protocol/resources.ts';

const observeBody = Buffer.from(JSON.stringify({ observe: true }));
const emptyBody = Buffer.alloc(0);

/** In place of a command type: the request that makes the endpoint known while no type is. */
const announcement = '';

export interface ObservedCommandsListener {
  /** Resolves when the platform may be asked. */
  ready(): Promise<unknown>;
  /** @param body as the table of resources promises */
  received(type: string, body: unknown, requestId: number | undefined): void;
  /** Behind `received`: it was all that the platform has of a type. */
  complete(type: string): void;
  /** @param type what it is about; undefined where that is not known */
  failed(error: Error, type?: string): void;
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
   * @param again asks for those that are observed already, too
   */
  update(types: ReadonlySet<string>, everyType: boolean, again: boolean): void {
    const names = everyType ? new Set([everyName]) : types;
    for (const name of names) {
      if (!this.#observations.has(name)) this.#observations.set(name, this.#client.observe(this.#target(name), this));
    }
    end(this.#observations, names, (unobserve) => unobserve());

    const asked = everyType && types.size === 0 ? new Set([announcement]) : types;
    end(this.#requests, asked, (request, type) => {
      request.stop();
      this.#listener.observing(pathOf(type), undefined);
    });
    for (const type of asked) {
      const known = this.#requests.get(type);
      if (known === undefined) this.#requests.set(type, this.#request(type));
      else if (again) known.repeat();
    }
    // What waits to be sent would make the platform push for an endpoint that nobody serves.
    if (asked.size === 0 && this.#client.status.state !== 'closed') this.#client.forget(this, this.#address);
  }

  /** Asks for the commands of a type anew, if it is observed. */
  repeat(type: string): void {
    this.#requests.get(type)?.repeat();
  }

  pushed({ name = '' }: Target, push: Push): void {
    // Topics are the server's: a type that is no name cannot be asked for or answered.
    if (nameProblem('commandType', name) !== undefined) return;
    this.#take(name, push);
  }

  pushFailed({ name = '' }: Target, error: Error): void {
    if (nameProblem('commandType', name) === undefined) this.#listener.failed(error, name);
  }

  unexpectedError({ name }: Target, error: Error): void {
    this.#listener.failed(error, name);
  }

  #request(type: string): StandingRequest {
    return new StandingRequest(
      this.#client,
      async () => {
        await this.#listener.ready();
        if (!this.#requests.has(type)) return;
        await (type === announcement ? this.#announce() : this.#ask(type));
      },
      (error) => this.#listener.observing(pathOf(type), error),
    );
  }

  async #ask(type: string): Promise<void> {
    await this.#client.send(this.#target(type), observeBody, 'answer', this, {
      answered: (outcome) => {
        const { body, leftOut = [] } = outcome;
        if (leftOut.length > 0 && Array.isArray(body) && body.length === 0) throw unreadable(type, leftOut);
        this.#take(type, outcome);
        this.#listener.complete(type);
      },
    });
  }

  #take(type: string, { body, leftOut = [], requestId }: Partial<Push>): void {
    this.#listener.received(type, body, requestId);
    if (leftOut.length > 0) this.#listener.failed(unreadable(type, leftOut), type);
  }

  /** Whether the platform answers with metadata or refuses to, it has heard of the endpoint. */
  async #announce(): Promise<void> {
    const target = { ...this.#address, resource: 'metadataKeys' } as const;
    try {
      await this.#client.send(target, emptyBody, 'answer', this, { observed: this.#target(everyName) });
    } catch (error) {
      if (!(error instanceof KaaRejectedError || error instanceof KaaProtocolError)) throw error;
    }
  }

  #target(name: string): Target {
    return { ...this.#address, resource: 'commands', name };
  }
}

function unreadable(type: string, problems: readonly Problem[]): KaaProtocolError {
  return new KaaProtocolError(`${resources.commands.extension}/${pathOf(type)}`, problems);
}

function pathOf(type: string): string {
  return type === announcement ? resourcePath(resources.metadataKeys) : resourcePath(resources.commands, type);
}

function end<Value>(
  running: Map<string, Value>,
  wanted: ReadonlySet<string>,
  stop: (value: Value, name: string) => void,
): void {
  for (const [name, value] of running) {
    if (wanted.has(name)) continue;
    running.delete(name);
    stop(value, name);
  }
}
