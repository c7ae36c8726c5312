/**
 * What is assigned to an endpoint by the platform, a configuration (7/CMP) or its software: observing it, asking for it,
 * and reporting what became of it. What is handed to the flow, and when, is decided by the two that build on this.
 */
import type { EndpointAddress, Observer, Push, Sender, Target } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ExchangeOutcome } from '../client/exchange.ts';
import { StandingRequest } from '../client/standing-request.ts';
import { asError } from '../protocol/errors.ts';
import { type Resource, resourcePath, resources } from '../protocol/resources.ts';
import type { Records, StoredAssignment, StoredEndpoint } from '../store/store.ts';
import { isUnchanged, readAssignment, type ReceivedAssignment, type Reading } from './assignment.ts';
import type { EndpointKeeper } from './per-endpoint.ts';
import { Serial } from './serial.ts';
import { storedEndpoint } from './stored-endpoint.ts';

/** What a node says of a configuration or version: applied (2xx) or rejected (anything else). */
export interface AppliedReport {
  readonly configId: string;
  readonly statusCode: number;
  readonly reasonPhrase?: string;
}

export interface ReportOutcome extends Omit<ExchangeOutcome, 'body'> {
  /** Resource path, e.g. `applied/json/network`. */
  readonly resource: string;
}

/** The answer to a question; where the platform says "unchanged" it is what was received last, if anything was. */
export interface AssignmentOutcome extends Omit<ExchangeOutcome, 'body'> {
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

/** Received ones that wait for their turn; beyond, only the newest counts. */
const mostWaiting = 100;

export abstract class EndpointAssignment<
  Memory extends { readonly received?: StoredAssignment },
  Node extends AssignmentObserver,
>
  implements Observer, Sender, EndpointKeeper
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
  #unobserve: (() => void) | undefined;
  #observing: StandingRequest | undefined;
  /** Why the nodes do not get what they should, by resource. */
  readonly #troubles = new Map<ResourceOf, { readonly error: unknown; readonly concerns: (node: Node) => boolean }>();
  /** Received ones that wait for their turn, and the newest one where there are too many. */
  #waiting = 0;
  #newest: ReceivedAssignment | undefined;
  /** Calls that are not finished. */
  #calls = 0;
  #closed = false;

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
    void this.inTurn(async () => {
      this.memory = (await records.read(this.#key, name)) ?? nothing;
    });
  }

  /** Hands what is assigned to `node`, until the returned function is called. */
  observe(node: Node): () => void {
    const isFirst = this.observers.size === 0;
    this.observers.add(node);
    for (const [resource, { error, concerns }] of this.#troubles) {
      if (concerns(node)) node.observing(this.address, this.#path(resource), error);
    }
    void this.inTurn(async () => {
      const before = this.#observing;
      await this.observersChanged();
      // What came while nobody was there is asked for again.
      if (isFirst && before !== undefined && before === this.#observing) this.askAgain();
    });
    return () => {
      this.observers.delete(node);
      void this.inTurn(() => this.observersChanged());
    };
  }

  /**
   * Asks for what is assigned; never ends the observing by others.
   * @throws {KaaError} as `KaaClient.send`
   */
  get(sender: Sender): Promise<AssignmentOutcome> {
    return this.during(() => this.#get(sender));
  }

  async #get(sender: Sender): Promise<AssignmentOutcome> {
    const { reading, body: _body, ...outcome } = await this.ask({}, sender);
    // Behind everything that came before the answer.
    await this.inTurn(() => Promise.resolve());
    const resource = this.#path(this.#resources.asked);
    if (!isUnchanged(reading)) {
      const { configId, config } = structuredClone(reading);
      return { ...outcome, resource, assignment: { configId, config }, unchanged: false };
    }
    const { received } = this.memory;
    const isKnown = received !== undefined && received.configId === (reading.configId ?? received.configId);
    return { ...outcome, resource, assignment: isKnown ? structuredClone(received) : undefined, unchanged: true };
  }

  /**
   * Reports what became of a configuration or version.
   * @throws {KaaError} as `KaaClient.send`
   */
  report(report: AppliedReport, sender: Sender): Promise<ReportOutcome> {
    return this.during(async () => {
      const { body: _body, ...outcome } = await this.send(this.#resources.applied, report, sender);
      await this.inTurn(() => this.reported(report));
      return { ...outcome, resource: this.#path(this.#resources.applied) };
    });
  }

  pushed(_target: Target, push: Push): void {
    try {
      this.#read(push);
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
    this.#closed = true;
    this.observers.clear();
    this.stopObserving();
  }

  get idle(): boolean {
    return this.observers.size === 0 && this.#serial.idle && this.#calls === 0;
  }

  /** Observes on behalf of the nodes. */
  protected abstract observeRequest(): Promise<void>;

  /** Decides what becomes of something that was received; called in turn. */
  protected abstract take(received: ReceivedAssignment): Promise<void>;

  /** Remembers what the platform has been told; called in turn. */
  protected abstract reported(report: AppliedReport): Promise<void>;

  /** Starts or stops observing; called in turn when a node has come or gone. */
  protected observersChanged(): Promise<void> {
    if (this.observers.size === 0 || this.#closed) this.stopObserving();
    else if (this.#observing === undefined) {
      this.#unobserve = this.#client.observe(this.#target(this.#resources.asked), this);
      this.#observing = this.standing(this.#resources.asked, () => this.observeRequest());
    }
    return Promise.resolve();
  }

  /** Asks again, for nodes that came while what they want was taken back. */
  protected askAgain(): void {
    this.#observing?.repeat();
  }

  protected stopObserving(): void {
    if (this.#observing === undefined) return;
    this.#unobserve?.();
    this.#observing.stop();
    this.#troubles.clear();
    this.#unobserve = undefined;
    this.#observing = undefined;
    // What waits to be sent would make the platform push for an endpoint that nobody serves.
    if (this.#client.status.state !== 'closed') this.#client.forget(this, this.address);
  }

  /**
   * Something to be done after every connect, of whose failures the nodes are told.
   * @param concerns which nodes
   */
  protected standing(
    resource: ResourceOf,
    perform: () => Promise<void>,
    concerns: (node: Node) => boolean = () => true,
  ): StandingRequest {
    return new StandingRequest(this.#client, perform, (error) => this.observing(resource, error, concerns));
  }

  /** Tells nodes how the last try ended. */
  protected observing(resource: ResourceOf, error: unknown, concerns: (node: Node) => boolean): void {
    const path = this.#path(resource);
    if (error === undefined) this.#troubles.delete(resource);
    else this.#troubles.set(resource, { error, concerns });
    for (const node of this.observers) if (concerns(node)) node.observing(this.address, path, error);
  }

  protected async observeWith(body: object): Promise<Reading> {
    const { reading } = await this.ask({ ...body, observe: true }, this);
    return reading;
  }

  protected async ask(body: object, sender: Sender): Promise<ExchangeOutcome & { readonly reading: Reading }> {
    let reading: Reading = { unchanged: true };
    const outcome = await this.send(this.#resources.asked, body, sender, (answer) => {
      reading = this.#read(answer);
    });
    return { ...outcome, reading };
  }

  protected send(
    resource: ResourceOf,
    body: object,
    sender: Sender,
    answered: (outcome: ExchangeOutcome) => void = () => {},
  ): Promise<ExchangeOutcome> {
    const payload = Buffer.from(JSON.stringify(body));
    return this.#client.send(this.#target(resource), payload, 'answer', sender, { answered });
  }

  /** Where the store fails, it is remembered here only, and the nodes are told. */
  protected async remember(memory: Memory): Promise<void> {
    this.memory = memory;
    try {
      await this.#records.write(this.#key, this.name, memory);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Hands something to a node, whose failing is its own; false where it failed. */
  protected hand(give: () => void): boolean {
    try {
      give();
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** Runs a task in turn with the others of this resource; what it throws is told to the nodes. */
  protected async inTurn(task: () => Promise<void>): Promise<void> {
    try {
      await this.#serial.run(task);
    } catch (error) {
      this.failed(error);
    }
  }

  /** While a call runs, this is not let go. */
  protected async during<Value>(call: () => Promise<Value>): Promise<Value> {
    this.#calls += 1;
    try {
      return await call();
    } finally {
      this.#calls -= 1;
    }
  }

  protected failed(error: unknown): void {
    const reported = asError(error);
    for (const node of this.observers) node.failed(this.address, reported);
  }

  get #label(): string {
    return `${resources[this.#resources.asked].extension}/${this.#path(this.#resources.asked)}`;
  }

  /** Answers and pushes are taken in the order in which they came. */
  #read(message: Partial<Push>): Reading {
    const reading = readAssignment(this.#label, message);
    if (!isUnchanged(reading)) this.#takeInTurn(reading);
    return reading;
  }

  #takeInTurn(received: ReceivedAssignment): void {
    if (this.#waiting >= mostWaiting) {
      this.#newest = received;
      return;
    }
    this.#waiting += 1;
    void this.inTurn(() => this.take(received)).finally(() => {
      this.#waiting -= 1;
      const newest = this.#newest;
      this.#newest = undefined;
      if (newest !== undefined) this.#takeInTurn(newest);
    });
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
