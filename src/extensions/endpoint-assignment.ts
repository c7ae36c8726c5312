/**
 * What is assigned to an endpoint by the platform, a configuration (7/CMP) or its software: observing it, asking for it,
 * and reporting what became of it. What is handed to the flow, and when, is decided by the two that build on this.
 */
import type { EndpointAddress, Observer, Push, Sender, Target } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ExchangeOutcome } from '../client/exchange.ts';
import { StandingRequest } from '../client/standing-request.ts';
import { type Resource, resourcePath, resources } from '../protocol/resources.ts';
import type { Records, StoredAssignment, StoredEndpoint } from '../store/store.ts';
import { readAssignment, type ReceivedAssignment } from './assignment.ts';
import { Serial } from './serial.ts';
import { storedEndpoint } from './stored-endpoint.ts';

/** What a node says of a configuration or version: applied (2xx) or rejected (anything else). */
export interface AppliedReport {
  readonly configId: string;
  readonly statusCode: number;
  readonly reasonPhrase?: string;
}

export interface ReportOutcome extends ExchangeOutcome {
  /** Resource path, e.g. `applied/json/network`. */
  readonly resource: string;
}

/** The answer to a question; where the platform says "unchanged" it is what was received last, if anything was. */
export interface AssignmentOutcome extends ExchangeOutcome {
  /** Resource path, e.g. `config/json/network`. */
  readonly resource: string;
  readonly assignment: StoredAssignment | undefined;
  readonly unchanged: boolean;
}

/** A node that observes. */
export interface AssignmentObserver {
  /** Something went wrong that belongs to no message of the flow. */
  failed(address: EndpointAddress, error: Error): void;
  /** How the last try to observe, or to report by itself, ended; with the resource path. */
  observing(address: EndpointAddress, path: string, error: unknown): void;
}

export interface AssignmentResources {
  readonly asked: 'configuration' | 'software';
  readonly applied: 'configurationApplied' | 'softwareApplied';
}

export function isApplied({ statusCode }: AppliedReport): boolean {
  return statusCode >= 200 && statusCode < 300;
}

export abstract class EndpointAssignment<
  Memory extends { readonly received?: StoredAssignment },
  Node extends AssignmentObserver,
>
  implements Observer, Sender
{
  protected readonly address: EndpointAddress;
  protected readonly name: string;
  protected readonly observers = new Set<Node>();
  protected memory: Memory;
  readonly #client: KaaClient;
  readonly #resources: AssignmentResources;
  readonly #records: Records<Memory>;
  readonly #key: StoredEndpoint;
  readonly #serial = new Serial();
  /** Settled when the memory is there. */
  protected readonly opened: Promise<void>;
  #unobserve: (() => void) | undefined;
  #observing: StandingRequest | undefined;

  /** @param name of the configuration, `''` for the default one and for software */
  constructor(
    client: KaaClient,
    records: Records<Memory>,
    address: EndpointAddress,
    name: string,
    used: AssignmentResources,
    nothing: Memory,
  ) {
    this.#client = client;
    this.#records = records;
    this.address = address;
    this.name = name;
    this.#resources = used;
    this.memory = nothing;
    this.#key = storedEndpoint(client, address);
    this.opened = this.inTurn(async () => {
      this.memory = (await records.read(this.#key, name)) ?? nothing;
    });
  }

  /** Hands what is assigned to `node`, until the returned function is called. */
  observe(node: Node): () => void {
    this.observers.add(node);
    void this.inTurn(() => Promise.resolve(this.observersChanged()));
    return () => {
      this.observers.delete(node);
      this.observersChanged();
    };
  }

  /**
   * Asks for what is assigned; never ends the observing by others.
   * @throws {KaaError} as `KaaClient.send`
   */
  async get(sender: Sender): Promise<AssignmentOutcome> {
    const { received, ...outcome } = await this.ask({}, sender);
    await this.opened;
    const resource = this.#path(this.#resources.asked);
    if (received === 'unchanged') {
      return { ...outcome, resource, assignment: this.memory.received, unchanged: true };
    }
    this.#received(received);
    const { configId, config } = received;
    return { ...outcome, resource, assignment: { configId, config }, unchanged: false };
  }

  /**
   * Reports what became of a configuration or version.
   * @throws {KaaError} as `KaaClient.send`
   */
  async report(report: AppliedReport, sender: Sender): Promise<ReportOutcome> {
    const outcome = await this.send(this.#resources.applied, report, sender);
    await this.inTurn(() => this.reported(report));
    return { ...outcome, resource: this.#path(this.#resources.applied) };
  }

  pushed(_target: Target, push: Push): void {
    try {
      const received = readAssignment(this.#label, push);
      if (received !== 'unchanged') this.#received(received);
    } catch (error) {
      this.failed(error);
    }
  }

  pushFailed(_target: Target, error: Error): void {
    this.failed(error);
  }

  unexpectedError(_target: Target, error: Error): void {
    this.failed(error);
  }

  close(): void {
    this.observers.clear();
    this.observersChanged();
  }

  /** Observes on behalf of the nodes. */
  protected abstract observeRequest(): Promise<void>;

  /** Decides what becomes of something that was received; called in turn. */
  protected abstract take(received: ReceivedAssignment): Promise<void>;

  /** Remembers what the platform has been told; called in turn. */
  protected abstract reported(report: AppliedReport): Promise<void>;

  protected observersChanged(): void {
    if (this.observers.size === 0) {
      this.#unobserve?.();
      this.#observing?.stop();
      this.#unobserve = undefined;
      this.#observing = undefined;
    } else if (this.#observing === undefined) {
      this.#unobserve = this.#client.observe(this.#target(this.#resources.asked), this);
      this.#observing = this.standing(this.#resources.asked, () => this.observeRequest());
    }
  }

  /** Something to be done after every connect, of whose failures the nodes are told. */
  protected standing(resource: ResourceOf, perform: () => Promise<void>): StandingRequest {
    const path = this.#path(resource);
    return new StandingRequest(this.#client, perform, (error) => {
      for (const node of this.observers) node.observing(this.address, path, error);
    });
  }

  protected async observeWith(body: object): Promise<ReceivedAssignment | 'unchanged'> {
    const { received } = await this.ask({ ...body, observe: true }, this);
    if (received !== 'unchanged') this.#received(received);
    return received;
  }

  protected async ask(
    body: object,
    sender: Sender,
  ): Promise<ExchangeOutcome & { readonly received: ReceivedAssignment | 'unchanged' }> {
    const outcome = await this.send(this.#resources.asked, body, sender);
    return { ...outcome, received: readAssignment(this.#label, outcome) };
  }

  protected send(resource: ResourceOf, body: object, sender: Sender): Promise<ExchangeOutcome> {
    return this.#client.send(this.#target(resource), Buffer.from(JSON.stringify(body)), 'answer', sender);
  }

  protected async remember(memory: Memory): Promise<void> {
    this.memory = memory;
    await this.#records.write(this.#key, this.name, memory);
  }

  /** Runs a task in turn with the others of this resource; what it throws is told to the nodes. */
  protected async inTurn(task: () => Promise<void>): Promise<void> {
    try {
      await this.#serial.run(task);
    } catch (error) {
      this.failed(error);
    }
  }

  protected failed(error: unknown): void {
    const reported = error instanceof Error ? error : new Error(String(error));
    for (const node of this.observers) node.failed(this.address, reported);
  }

  get #label(): string {
    return `${resources[this.#resources.asked].extension}/${this.#path(this.#resources.asked)}`;
  }

  #received(received: ReceivedAssignment): void {
    void this.inTurn(() => this.take(received));
  }

  #path(resource: ResourceOf): string {
    const row: Resource = resources[resource];
    return resourcePath(row, this.name);
  }

  #target(resource: ResourceOf): Target {
    return { ...this.address, resource, ...(this.name === '' ? {} : { name: this.name }) };
  }
}

type ResourceOf = AssignmentResources['asked'] | AssignmentResources['applied'];
