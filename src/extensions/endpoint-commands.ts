/** The commands of one endpoint: each is handed out once, has a deadline, and is answered once. */
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import { KaaDuplicateError } from '../protocol/errors.ts';
import { resourcePath, resources } from '../protocol/resources.ts';
import type { CommandLedger, CommandResult, StoredCommand } from '../store/store.ts';
import { CommandResults } from './command-results.ts';
import type { CommandReceiver, ReceivedCommand, ResultOutcome } from './commands.ts';
import { digest } from './digest.ts';
import { KnownCommands } from './known-commands.ts';
import { ObservedCommands } from './observed-commands.ts';
import { Serial } from './serial.ts';
import { storedEndpoint } from './stored-endpoint.ts';

/** What is reported for a command that the flow did not answer in time. */
const noResult: CommandResult = { statusCode: 504, reasonPhrase: 'No result in time' };

/** Milliseconds; timers of Node do not take more. */
const longestTimer = 2_147_483_647;

export class EndpointCommands {
  readonly #address: EndpointAddress;
  readonly #known: KnownCommands;
  readonly #observed: ObservedCommands;
  readonly #results: CommandResults;
  readonly #receivers = new Set<CommandReceiver>();
  /** By type and ID. */
  readonly #deadlines = new Map<string, NodeJS.Timeout>();
  readonly #serial = new Serial();
  #phase: 'opening' | 'open' | 'closed' = 'opening';

  constructor(client: KaaClient, ledger: CommandLedger, address: EndpointAddress) {
    this.#address = address;
    this.#known = new KnownCommands(ledger, storedEndpoint(client, address));
    this.#results = new CommandResults(client, address, this.#known, (error) => this.#failed(error));
    this.#observed = new ObservedCommands(client, address, {
      received: (type, body, requestId) => this.#received(type, body, requestId),
      failed: (error) => this.#failed(error),
      observing: (path, error) => {
        for (const receiver of this.#receivers) {
          const { commandType } = receiver;
          if (commandType === '' || path === resourcePath(resources.commands, commandType))
            receiver.observing(address, path, error);
        }
      },
    });
    void this.#inTurn(() => this.#open());
  }

  serve(receiver: CommandReceiver): () => void {
    this.#receivers.add(receiver);
    this.#observe();
    return () => {
      this.#receivers.delete(receiver);
      this.#observe();
    };
  }

  async respond(type: string, id: number, result: CommandResult, responder: Sender): Promise<ResultOutcome> {
    const checked = this.#results.check(id, result);
    const answered = await this.#serial.run(async () => {
      const known = this.#known.newest(type, id);
      if (known?.result !== undefined) throw new KaaDuplicateError(type, known.result.statusCode);
      const command = { type, id, ...known, askedAt: Date.now(), result: checked, reported: false };
      await this.#known.save(command);
      return command;
    });
    this.#disarm(answered);
    return this.#results.report(answered, responder);
  }

  close(): void {
    this.#phase = 'closed';
    this.#observed.update(new Set(), false);
    this.#results.close();
    for (const timer of this.#deadlines.values()) clearTimeout(timer);
    this.#deadlines.clear();
  }

  async #open(): Promise<void> {
    await this.#known.load();
    if (this.#phase === 'closed') return;
    this.#phase = 'open';
    for (const command of this.#known.all()) this.#arm(command);
    // Before observing, so that after a reconnect results go first and their commands are not delivered again.
    this.#results.open();
    this.#observe();
  }

  /** Observes what the nodes want: their types, and for a node of every type also those that are known. */
  #observe(): void {
    if (this.#phase !== 'open') return;
    const named = [...this.#receivers].map(({ commandType }) => commandType);
    const types = new Set(named.filter((type) => type !== ''));
    const everyType = named.includes('');
    if (everyType) for (const type of this.#known.types) types.add(type);
    this.#observed.update(types, everyType);
  }

  #received(type: string, body: unknown, requestId: number | undefined): void {
    void this.#inTurn(async () => {
      for (const command of commandsIn(type, body, requestId)) await this.#take(command);
      this.#observe();
    });
  }

  async #take(command: ReceivedCommand): Promise<void> {
    const { type, id, payload } = command;
    const receivers = [...this.#receivers].filter(({ commandType }) => commandType === '' || commandType === type);
    if (receivers.length === 0 || this.#phase === 'closed') return;
    const payloadDigest = digest(payload);
    const known = this.#known.find(type, id, payloadDigest);
    if (known !== undefined) {
      await this.#known.asked(known);
      if (known.result !== undefined) this.#results.repeat(known);
      return;
    }
    const askedAt = Date.now();
    const timeouts = receivers.map(({ replyTimeout }) => replyTimeout).filter((seconds) => seconds > 0);
    const deadline = timeouts.length === 0 ? {} : { deadline: askedAt + 1000 * Math.min(...timeouts) };
    const entry = { type, id, digest: payloadDigest, askedAt, ...deadline, reported: false };
    await this.#known.save(entry);
    this.#arm(entry);
    for (const receiver of receivers) receiver.received(this.#address, command);
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

  #failed(error: unknown): void {
    const reported = error instanceof Error ? error : new Error(String(error));
    for (const receiver of this.#receivers) receiver.failed(this.#address, reported);
  }
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
