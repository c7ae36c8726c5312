/** The commands of one endpoint: each is handed out once, has a deadline, and is answered once. */
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import { asError, KaaBusyError, KaaDuplicateError } from '../protocol/errors.ts';
import { resourcePath, resources } from '../protocol/resources.ts';
import type { CommandResult, Store, StoredCommand } from '../store/store.ts';
import { CommandResults } from './command-results.ts';
import type { CommandReceiver, ReceivedCommand, ResultOutcome } from './command.ts';
import { digest } from './digest.ts';
import { type CommandsInWork, KnownCommands } from './known-commands.ts';
import { ObservedCommands } from './observed-commands.ts';
import type { EndpointKeeper } from './per-endpoint.ts';
import { Serial } from './serial.ts';
import { storedEndpoint } from './stored-endpoint.ts';

/** What is reported for a command that the flow did not answer in time. */
const noResult: CommandResult = { statusCode: 504, reasonPhrase: 'No result in time' };

/** What is reported for a command that was in work when Node-RED ended. */
const interrupted: CommandResult = { statusCode: 500, reasonPhrase: 'interrupted' };

/** Milliseconds; timers of Node do not take more. */
const longestTimer = 2_147_483_647;

/** Commands that came while no node was there to take them, and milliseconds for which they wait for one. */
const mostUnclaimed = 1000;
const claimTime = 30_000;

/** Commands that wait to be written to the ledger; the platform keeps the others until it is asked again. */
const mostWaiting = 10_000;

/**
 * Commands that are written to the ledger together: where Node-RED is killed then, they have been interrupted. Few, unless
 * so many wait that a part of those beyond `manyWaiting` is more.
 */
const usuallyTogether = 10;
const mostTogether = 500;
const manyWaiting = 300;
const partTogether = 0.2;

/** Commands of one endpoint, and of all, that the flow has not answered; beyond, no further ones are taken. */
const mostUnanswered = 25_000;
const mostInWork = 100_000;

/** Types that are asked for on behalf of a node of every type; pushes of others are taken all the same. */
const mostTypes = 1000;

/** Part of these below which the platform is asked for those that were not taken. */
const enoughRoom = 0.9;

/** Milliseconds; it is forgotten after a day that the platform asks for a command, so that this is exact enough. */
const askedLately = 3_600_000;

/** Milliseconds after which the platform is asked for everything again, to learn what it asks for no more. */
const askAgainAfter = 43_200_000;

export type CommandStore = Pick<Store, 'commands' | 'process'>;

/** What is to be done with a command that is in the ledger; it seldom takes time. */
type Next = () => Promise<void> | void;

/** Commands that are being written to the ledger, and what is to be done with each then. */
interface Entered {
  readonly kept: Promise<unknown>;
  readonly next: readonly Next[];
}

export class EndpointCommands implements EndpointKeeper {
  readonly #address: EndpointAddress;
  readonly #process: string;
  readonly #inWork: CommandsInWork;
  readonly #known: KnownCommands;
  readonly #observed: ObservedCommands;
  readonly #results: CommandResults;
  readonly #receivers = new Set<CommandReceiver>();
  /** By type and ID. */
  readonly #deadlines = new Map<string, NodeJS.Timeout>();
  /** When the platform last said all that it has of a type, on the clock of `Date`. */
  readonly #completeAt = new Map<string, number>();
  /** Why resource paths are not observed. */
  readonly #troubles = new Map<string, unknown>();
  /** What nodes left behind for their successors, and when, on the clock of `performance.now()`. */
  #unclaimed: { readonly command: ReceivedCommand; readonly since: number }[] = [];
  /** Commands that wait for their turn, in order. */
  readonly #arrived: ReceivedCommand[] = [];
  /** The first of them, which are being written to the ledger. */
  #entered: Entered | undefined;
  /** Types of which the platform has said all that it has, when these have had it. */
  readonly #completeLater = new Set<string>();
  /** Types of which commands were left with the platform, because there were too many. */
  readonly #left = new Set<string>();
  #isFull = false;
  readonly #serial = new Serial();
  #phase: 'opening' | 'open' | 'closed' = 'opening';

  constructor(
    client: KaaClient,
    { commands: ledger, process }: CommandStore,
    address: EndpointAddress,
    inWork: CommandsInWork,
  ) {
    this.#inWork = inWork;
    this.#address = address;
    this.#process = process;
    const failed = (error: unknown): void => this.#failed(error);
    this.#known = new KnownCommands(inWork, ledger, storedEndpoint(client, address), failed);
    this.#results = new CommandResults(client, address, this.#known, failed);
    this.#observed = new ObservedCommands(client, address, {
      // After a reconnect results go first: else their commands would be delivered once more.
      ready: () => this.#results.received,
      received: (type, body, requestId) => this.#received(type, body, requestId),
      complete: (type) => {
        // Not before all that it names is known to be asked for.
        if (this.#arrived.length > 0) this.#completeLater.add(type);
        else void this.#inTurn(() => this.#complete(new Set([type])));
      },
      failed: (error, type) => this.#failed(error, type),
      observing: (path, error) => {
        if (error === undefined) this.#troubles.delete(path);
        else this.#troubles.set(path, error);
        for (const receiver of this.#receivers) this.#tell(receiver, path, error);
      },
    });
    void this.#inTurn(() => this.#open());
  }

  get idle(): boolean {
    const served = this.#receivers.size > 0 || this.#deadlines.size > 0;
    const isWaiting = this.#unclaimed.some(({ since }) => since > performance.now() - claimTime);
    return this.#phase === 'open' && this.#serial.idle && !served && !isWaiting && this.#results.idle;
  }

  /** The types of commands that are known. */
  get types(): Iterable<string> {
    return this.#known.types();
  }

  serve(receiver: CommandReceiver): () => void {
    const isFirst = this.#receivers.size === 0;
    this.#receivers.add(receiver);
    for (const [path, error] of this.#troubles) this.#tell(receiver, path, error);
    // What came while nobody was there is asked for again.
    void this.#inTurn(() => this.#observe(isFirst));
    const since = performance.now() - claimTime;
    for (const left of this.#unclaimed.splice(0)) if (left.since > since) this.#arrive(left.command);
    return () => {
      this.#receivers.delete(receiver);
      void this.#inTurn(() => this.#observe());
    };
  }

  async respond(type: string, id: number, result: CommandResult, responder: Sender): Promise<ResultOutcome> {
    const checked = this.#results.check(id, result);
    const { answered, unkept } = await this.#serial.run(async () => {
      const known = this.#known.newest(type, id);
      if (known?.result !== undefined) throw new KaaDuplicateError(type, known.result.statusCode);
      const command = { ...withoutPayload(known), ...this.#entry(type, id), result: checked };
      this.#results.hold(command);
      return { answered: command, unkept: await this.#known.save(command) };
    });
    this.#disarm(answered);
    this.#askForLeft();
    const outcome = await this.#results.report(answered, responder);
    // It is sent later only if this process lives as long, which is no success.
    if (outcome.stored === true && unkept !== undefined) throw unkept;
    return outcome;
  }

  close(): void {
    this.#phase = 'closed';
    this.#observed.update(new Set(), false, false);
    this.#results.close();
    this.#known.close();
    for (const timer of this.#deadlines.values()) clearTimeout(timer);
    this.#deadlines.clear();
  }

  async #open(): Promise<void> {
    await this.#known.load();
    if (this.#phase === 'closed') return;
    this.#phase = 'open';
    for (const command of this.#known.all()) {
      if (command.result === undefined && command.process !== this.#process) await this.#afterRestart(command);
      else this.#arm(command);
    }
    this.#results.open();
  }

  /** What was in work when an earlier process ended is handed out once more, or has failed. */
  async #afterRestart(command: StoredCommand): Promise<void> {
    const { type, id } = command;
    const receivers = this.#receiversOf(type);
    if (receivers.length > 0 && receivers.every(({ afterRestart }) => afterRestart === 'redeliver')) {
      const { deadline: _deadline, ...entry } = command;
      const again = { ...entry, process: this.#process, ...deadlineFor(receivers) };
      await this.#known.save(again);
      const payload = 'payload' in command ? { payload: command.payload } : {};
      if (this.#phase !== 'closed' && this.#handOut({ type, id, ...payload, redelivered: true })) this.#arm(again);
      // The nodes have left meanwhile: for their successors it is as if nothing had happened.
      else await this.#known.save(command);
    } else await this.#known.save({ ...withoutPayload(command), ...this.#entry(type, id), result: interrupted });
  }

  #entry(type: string, id: number): Pick<StoredCommand, 'type' | 'id' | 'process' | 'askedAt' | 'reported'> {
    return { type, id, process: this.#process, askedAt: Date.now(), reported: false };
  }

  /**
   * Observes what the nodes want: their types, and for a node of every type also those that are known.
   * @param again asks for what is observed already, too
   */
  #observe(again = false): Promise<void> {
    if (this.#phase === 'open') {
      const named = [...this.#receivers].map(({ commandType }) => commandType);
      const types = new Set(named.filter((type) => type !== ''));
      const everyType = named.includes('');
      for (const type of everyType ? this.#known.types() : []) {
        if (types.size >= mostTypes) break;
        types.add(type);
      }
      this.#observed.update(types, everyType, again);
    }
    return Promise.resolve();
  }

  #received(type: string, body: unknown, requestId: number | undefined): void {
    for (const command of commandsIn(type, body, requestId)) {
      if (this.#isInWork(command)) continue;
      if (this.#arrived.length >= mostWaiting) {
        this.#left.add(type);
        break;
      }
      this.#arrive(command);
    }
    const completeAt = this.#completeAt.get(type);
    if (completeAt === undefined || Date.now() - completeAt <= askAgainAfter) return;
    this.#completeAt.set(type, Date.now());
    this.#observed.repeat(type);
  }

  /** What the platform did not ask for now, it asks for no more: looked through once, however many types there are. */
  async #complete(types: ReadonlySet<string>): Promise<void> {
    for (const type of types) this.#completeAt.set(type, Date.now());
    const whole = new Set([...types].filter((type) => !this.#left.has(type)));
    if (this.#phase === 'closed' || whole.size === 0) return;
    await this.#known.forgetOld(
      ({ type, result }) => !whole.has(type) && (result === undefined || this.#receiversOf(type).length > 0),
    );
  }

  /** Whether there is nothing to be done, not even to remember that the platform asks for it. */
  #isInWork({ type, id, payload }: ReceivedCommand): boolean {
    if (this.#known.newest(type, id) === undefined) return false;
    const known = this.#known.find(type, id, digest(payload));
    return known !== undefined && known.result === undefined && Date.now() - known.askedAt < askedLately;
  }

  /** Commands that were left with the platform are asked for when there is room for them. */
  #askForLeft(): void {
    if (this.#left.size === 0 || this.#arrived.length > 0) return;
    if (this.#known.unanswered > mostUnanswered * enoughRoom || this.#inWork.count > mostInWork * enoughRoom) return;
    this.#isFull = false;
    for (const type of this.#left) this.#observed.repeat(type);
    this.#left.clear();
  }

  #tell(receiver: CommandReceiver, path: string, error: unknown): void {
    const { commandType } = receiver;
    const concerned = commandType === '' || path === resourcePath(resources.commands, commandType);
    if (concerned) receiver.observing(this.#address, path, error);
  }

  #receiversOf(type: string): readonly CommandReceiver[] {
    return [...this.#receivers].filter(({ commandType }) => commandType === '' || commandType === type);
  }

  /** A command waits for its turn. */
  #arrive(command: ReceivedCommand): void {
    this.#arrived.push(command);
    if (this.#arrived.length === 1) void this.#inTurn(() => this.#takeArrived());
  }

  /** In order, and many together: what the disk writes at once is handed out at once, while it writes the next ones. */
  async #takeArrived(): Promise<void> {
    const taken = this.#entered ?? this.#enterArrived();
    if (taken === undefined) return;
    await taken.kept;
    this.#arrived.splice(0, taken.next.length);
    this.#entered = this.#enterArrived();
    for (const next of taken.next) {
      const done = next();
      if (done instanceof Promise) await done;
    }
    await this.#observe();
    if (this.#arrived.length > 0) {
      // Results have their turn in between.
      void this.#inTurn(() => this.#takeArrived());
      return;
    }
    this.#askForLeft();
    const complete = new Set(this.#completeLater);
    this.#completeLater.clear();
    await this.#complete(complete);
  }

  /** Writes the first ones to the ledger, if there are any and it is not too late for that. */
  #enterArrived(): Entered | undefined {
    if (this.#phase === 'closed' || this.#arrived.length === 0) return undefined;
    const entries: StoredCommand[] = [];
    const part = Math.floor((this.#arrived.length - manyWaiting) * partTogether);
    const count = Math.min(mostTogether, Math.max(usuallyTogether, part));
    const next = this.#arrived.slice(0, count).map((command) => this.#enter(command, entries));
    return { kept: this.#known.keep(entries), next };
  }

  /**
   * Gives what is to be done with a command when it is in the ledger.
   * @param entries to which what has to be written is added
   */
  #enter(command: ReceivedCommand, entries: StoredCommand[]): Next {
    const { type, id, payload } = command;
    const receivers = this.#receiversOf(type);
    if (receivers.length === 0) return () => this.#leave(command);
    const payloadDigest = digest(payload);
    const known = this.#known.find(type, id, payloadDigest);
    if (known === undefined && (this.#known.unanswered >= mostUnanswered || this.#inWork.count >= mostInWork)) {
      return () => this.#leaveWithPlatform(type);
    }
    const content = payload === undefined ? {} : { payload };
    const entry: StoredCommand =
      known === undefined
        ? { ...this.#entry(type, id), digest: payloadDigest, ...content, ...deadlineFor(receivers) }
        : { ...known, askedAt: Date.now() };
    this.#known.put(entry);
    entries.push(entry);
    if (known === undefined) return () => this.#handOutNew(command, entry);
    return () => {
      if (known.result !== undefined) this.#results.repeat(known);
    };
  }

  #handOutNew(command: ReceivedCommand, entry: StoredCommand): Promise<void> | void {
    if (this.#phase !== 'open' || !this.#handOut(command)) return this.#takeBack(command, entry);
    this.#arm(entry);
  }

  /** The nodes have left meanwhile: as if it had not been entered. */
  async #takeBack(command: ReceivedCommand, entry: StoredCommand): Promise<void> {
    await this.#known.remove(entry);
    if (this.#receiversOf(command.type).length > 0) this.#arrive(command);
    else this.#leave(command);
  }

  #leaveWithPlatform(type: string): void {
    this.#left.add(type);
    if (!this.#isFull) this.#failed(new KaaBusyError(this.#known.unanswered, 'commands'), type);
    this.#isFull = true;
  }

  /** Keeps a command for the successors of the nodes that have left. */
  #leave(command: ReceivedCommand): void {
    this.#unclaimed.push({ command, since: performance.now() });
    if (this.#unclaimed.length > mostUnclaimed) this.#unclaimed.shift();
  }

  /** False where there is nobody to take it. */
  #handOut(command: ReceivedCommand): boolean {
    const receivers = this.#receiversOf(command.type);
    // Flows change what they are given.
    const copies = receivers.map((_receiver, index) => (index === 0 ? command : structuredClone(command)));
    for (const [index, receiver] of receivers.entries()) {
      try {
        receiver.received(this.#address, copies[index] ?? command);
      } catch (error) {
        this.#failed(error);
      }
    }
    return receivers.length > 0;
  }

  #arm(command: StoredCommand): void {
    const { type, id, deadline, result } = command;
    if (deadline === undefined || result !== undefined) return;
    this.#disarm(command);
    const wait = Math.min(longestTimer, Math.max(0, deadline - Date.now()));
    const timer = setTimeout(() => {
      this.#deadlines.delete(keyOf(command));
      this.respond(type, id, noResult, this.#results).catch((error: unknown) => {
        // The flow's own result may have been under way already.
        if (!(error instanceof KaaDuplicateError)) this.#failed(error);
      });
    }, wait);
    this.#deadlines.set(keyOf(command), timer);
  }

  #disarm(command: StoredCommand): void {
    clearTimeout(this.#deadlines.get(keyOf(command)));
    this.#deadlines.delete(keyOf(command));
  }

  /** Runs a task in turn with the others of this endpoint; what it throws is told to the nodes. */
  async #inTurn(task: () => Promise<void>): Promise<void> {
    try {
      await this.#serial.run(task);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown, type?: string): void {
    const reported = asError(error);
    const receivers = type === undefined ? this.#receivers : this.#receiversOf(type);
    for (const receiver of receivers) receiver.failed(this.#address, reported);
  }
}

/** The smallest time-out counts. */
function deadlineFor(receivers: readonly CommandReceiver[]): Pick<StoredCommand, 'deadline'> {
  const timeouts = receivers.map(({ replyTimeout }) => replyTimeout).filter((seconds) => seconds > 0);
  return timeouts.length === 0 ? {} : { deadline: Date.now() + 1000 * Math.min(...timeouts) };
}

/** What is answered is not handed out again. */
function withoutPayload(command: StoredCommand | undefined): Omit<StoredCommand, 'payload'> | undefined {
  if (command === undefined) return undefined;
  const { payload: _payload, ...rest } = command;
  return rest;
}

function keyOf({ type, id }: StoredCommand): string {
  return `${type}/${id}`;
}

function* commandsIn(type: string, body: unknown, requestId: number | undefined): Iterable<ReceivedCommand> {
  for (const item of Array.isArray(body) ? (body as readonly unknown[]) : []) {
    if (typeof item !== 'object' || item === null || !('id' in item) || typeof item.id !== 'number') continue;
    const { id } = item;
    yield {
      type,
      id,
      ...('payload' in item ? { payload: item.payload } : {}),
      ...(requestId === undefined ? {} : { requestId }),
    };
  }
}
