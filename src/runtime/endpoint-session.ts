/** What of a kaa-endpoint outlives a deploy: its connection, its store, and what forwards stored samples. */
import type { EndpointAddress, Sender } from '../client/channel.ts';
import { KaaClient } from '../client/client.ts';
import type { Transport } from '../client/transport.ts';
import { Commands } from '../extensions/commands.ts';
import { Forwarder } from '../extensions/forwarder.ts';
import { asError } from '../protocol/errors.ts';
import type { CatalogueText } from '../protocol/reported-text.ts';
import { DiskStore } from '../store/disk-store.ts';
import type { StoreThread } from '../store/operations.ts';
import { type Log, logConnection } from './connection-log.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointPlace } from './endpoint-place.ts';
import { EndpointUsers } from './endpoint-users.ts';
import { inUserLanguage } from './error-language.ts';
import { LossReport } from './loss-report.ts';
import { addressOfQueue } from './messages.ts';
import { RecentErrors } from './recent-errors.ts';
import { SpokenTokens } from './spoken-tokens.ts';
import type { Texts } from './texts.ts';

/** Milliseconds that the users' last messages, the farewell and the store may take together. */
export const closeDeadline = 2000;

/** Milliseconds that the store has at least to write what it was asked for. */
const storeDeadline = 500;

/** Endpoints that messages have chosen to be received for or not, by address. */
export type ChosenEndpoints = Map<
  string,
  { readonly address: EndpointAddress; readonly action: 'observe' | 'unobserve' }
>;

/** What a session is made of and lives in. */
export interface SessionSurroundings {
  readonly transport: Transport;
  readonly thread: StoreThread;
  /** Of the store's file. */
  readonly path: string;
  readonly texts: Texts;
  readonly place: EndpointPlace;
}

export class EndpointSession {
  readonly endpoint: Endpoint;
  readonly place: EndpointPlace;
  readonly users = new EndpointUsers();
  readonly client: KaaClient;
  readonly store: DiskStore;
  readonly forwarder: Forwarder;
  readonly commands: Commands;
  /** What its nodes have told of. */
  readonly errors = new RecentErrors();
  readonly tokens: SpokenTokens;
  readonly #texts: Texts;
  /** By the id of the node that receives. */
  readonly #chosen = new Map<string, ChosenEndpoints>();
  /** Sessions that this one takes something away from, and how that was told. */
  readonly #conflicts = new WeakMap<EndpointSession, CatalogueText>();
  readonly #losses: LossReport;
  #log: Log;
  #forwarding = false;
  readonly #behind: Promise<void> | undefined;
  #ended: Promise<void> | undefined;

  /**
   * @param log of the kaa-endpoint node
   * @param behind the end of the session before: the server would take both for one, and what that one has under way
   *   has to be on disk
   */
  constructor(
    endpoint: Endpoint,
    log: Log,
    { transport, thread, path, texts, place }: SessionSurroundings,
    behind: Promise<void> | undefined,
  ) {
    this.endpoint = endpoint;
    this.place = place;
    this.#log = log;
    this.#texts = texts;
    this.tokens = new SpokenTokens(endpoint.client);
    if (endpoint.token !== undefined) this.tokens.add(endpoint.token);
    this.#losses = new LossReport((error) => this.#raise(undefined, undefined, error));
    this.client = new KaaClient(endpoint.client, transport);
    logConnection(this.client, texts, () => this.#log);
    this.client.onStatus((status) => this.users.statusChanged(status));
    this.client.onTrouble(() => this.users.troubleChanged());
    this.#behind = behind;
    this.store = new DiskStore(
      behind === undefined ? thread : after(behind, thread),
      { path, ...endpoint.outbox },
      {
        movedAside: (aside) => this.#log.warn(texts('log.store.damaged', { file: path, aside })),
        lost: (dropped, expired) => this.#losses.add(dropped, expired),
        backlogChanged: () => this.users.storeChanged(),
      },
    );
    this.commands = new Commands(this.client, this.store);
    this.forwarder = new Forwarder(this.client, this.store.outbox, {
      addressOf: (queue) => addressOfQueue(queue, endpoint),
      rejected: (address, node, sample, error) => {
        this.errors.add(this.#told(error));
        return this.users.raise(node, address, error, { payload: sample });
      },
      paused: (address, node, error) => this.#raise(node, address, error),
      failed: (address, error) => this.#raise(undefined, address, error),
      troubleChanged: () => this.users.storeChanged(),
    });
  }

  /** Of its kaa-endpoint node; may be empty. */
  get name(): string {
    return this.#log.name ?? '';
  }

  /** Whether it has ended, or is about to. */
  get isEnding(): boolean {
    return this.#ended !== undefined;
  }

  open(): void {
    this.client.open(this.#behind);
  }

  /** A node comes, maybe of a new kaa-endpoint node: from now on that one's log has the story. */
  adopt(log: Log): void {
    this.#log = log;
    // The first after a deploy: people have mended something, and want to see whether it works.
    if (this.users.size === 0) this.client.retry();
  }

  /** Tells a node, or the one that has taken its place, of what belongs to no message any more. */
  senderFor(nodeId: string): Sender {
    return { unexpectedError: (target, error) => this.#raise(nodeId, target, error) };
  }

  /** What a node was told by messages; the node that replaces it at a deploy goes on with it. */
  chosenBy(nodeId: string): ChosenEndpoints {
    const chosen: ChosenEndpoints = this.#chosen.get(nodeId) ?? new Map();
    this.#chosen.set(nodeId, chosen);
    return chosen;
  }

  /** A deploy is over: what comes is received again, and what was kept for nodes that are gone is forgotten. */
  deployOver(): void {
    this.client.releasePushes();
    for (const nodeId of this.#chosen.keys()) if (!this.users.has(nodeId)) this.#chosen.delete(nodeId);
  }

  /** Warns once of another session that wants the same from the same server. */
  compareWith(other: EndpointSession): void {
    if (other === this || this.isEnding || other.isEnding) return;
    if (this.#conflicts.has(other) || other.#conflicts.has(this)) return;
    const conflict = this.tokens.conflictWith(other.tokens);
    if (conflict === undefined) return;
    const values = { other: other.#log.name || other.#log.id };
    const key = `log.conflict.${conflict}`;
    this.#conflicts.set(other, { key, values });
    this.#log.warn(this.#texts(key, values));
  }

  /** What was told of another session, for as long as both want the same; undefined where nothing was. */
  conflictWith(other: EndpointSession): CatalogueText | undefined {
    const told = this.#conflicts.get(other);
    return told === undefined || this.tokens.conflictWith(other.tokens) === undefined ? undefined : told;
  }

  /** Forwards what waits on disk; for the flows have started, and whoever is told of it is there. */
  startForwarding(): void {
    if (this.#forwarding) return;
    this.#forwarding = true;
    this.forwarder.start();
  }

  /**
   * Ends for good; resolves when the connection and the store are gone.
   * @param deadline milliseconds that this may take
   */
  end(deadline: number): Promise<void> {
    this.#ended ??= this.#end(deadline).catch((error: unknown) => this.#log.warn(this.#told(error).message));
    return this.#ended;
  }

  async #end(deadline: number): Promise<void> {
    const started = performance.now();
    const left = (): number => Math.max(0, deadline - (performance.now() - started));
    this.#losses.close();
    // Where nodes are left, the time for last messages is over.
    if (this.users.size === 0) await this.#finishForwarding(left());
    await this.client.close(left());
    await this.store.close(Math.max(storeDeadline, left()));
    await this.#behind;
  }

  /** Samples whose answer is on its way would be sent twice. */
  async #finishForwarding(deadline: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadline);
    await Promise.race([this.forwarder.finish(), late]);
    clearTimeout(timer);
  }

  /** Where no node is left to tell, the log is told. */
  #raise(nodeId: string | undefined, address: EndpointAddress | undefined, error: Error): void {
    const told = this.#told(error);
    this.errors.add(told);
    if (!this.users.raise(nodeId, address, told)) this.#log.warn(told.message);
  }

  #told(error: unknown): Error {
    return inUserLanguage(asError(error), this.#texts);
  }
}

/** The thread, which is given nothing before something else has ended. */
function after(end: Promise<void>, thread: StoreThread): StoreThread {
  return {
    run: async (group) => {
      await end;
      return thread.run(group);
    },
    close: async (path) => {
      await end;
      await thread.close(path);
    },
  };
}
