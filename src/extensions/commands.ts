/**
 * Command execution (11/CEP), without Node-RED: commands are handed to the flow once, however often the platform delivers
 * them, and the first result of each counts.
 */
import { addressKey, type EndpointAddress, type Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import { KaaInvalidError } from '../protocol/errors.ts';
import { requireName } from '../protocol/require-name.ts';
import { wording } from '../protocol/wording.ts';
import type { CommandResult, StoredCommand } from '../store/store.ts';
import type { CommandReceiver, ResultOutcome } from './command.ts';
import { type CommandStore, EndpointCommands } from './endpoint-commands.ts';
import { CommandsInWork } from './known-commands.ts';
import { PerEndpoint } from './per-endpoint.ts';

export class Commands {
  readonly #client: KaaClient;
  readonly #store: CommandStore;
  readonly #endpoints: PerEndpoint<EndpointCommands>;
  readonly #inWork = new CommandsInWork();

  constructor(client: KaaClient, store: CommandStore) {
    this.#client = client;
    this.#store = store;
    this.#endpoints = new PerEndpoint(client);
  }

  /** The commands of all endpoints that wait for a result, the oldest first. */
  get inWork(): Iterable<StoredCommand> & { readonly count: number } {
    return this.#inWork;
  }

  /** The types of commands that were seen, of all endpoints. */
  get types(): ReadonlySet<string> {
    const types = new Set<string>();
    for (const endpoint of this.#endpoints.all()) for (const type of endpoint.types) types.add(type);
    return types;
  }

  /** Hands the commands of an endpoint to `receiver`, until the returned function is called. */
  serve(address: EndpointAddress, receiver: CommandReceiver): () => void {
    return this.#endpoint(address).serve(receiver);
  }

  /** Goes on with what is remembered for an endpoint: results that were not sent, and deadlines. */
  resume(address: EndpointAddress): void {
    this.#endpoint(address);
  }

  /**
   * Reports the result of a command. It is kept first: where it cannot be sent now, it goes out after the next connect.
   * @param responder told where the platform refuses it then
   * @throws {KaaInvalidError} the type, the ID or the result cannot be sent
   * @throws {KaaDuplicateError} the command has its result already
   * @throws {KaaRejectedError} the platform refused the result
   * @throws {KaaClosedError} the connection has ended
   */
  async respond(
    address: EndpointAddress,
    type: unknown,
    id: unknown,
    result: CommandResult,
    responder: Sender,
  ): Promise<ResultOutcome> {
    const [command, number] = [requireName('commandType', 'msg.command', type), commandId(id)];
    return this.#endpoint(address).respond(command, number, result, responder);
  }

  #endpoint(address: EndpointAddress): EndpointCommands {
    return this.#endpoints.of(
      addressKey(address),
      () => new EndpointCommands(this.#client, this.#store, address, this.#inWork),
    );
  }
}

/** Flows like to turn IDs into texts. */
function commandId(value: unknown): number {
  const id = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  throw new KaaInvalidError('msg.commandId', [{ path: '', reason: wording('reason.noCommandId') }]);
}
