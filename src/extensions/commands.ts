/**
 * Command execution (11/CEP), without Node-RED: commands are handed to the flow once, however often the platform delivers
 * them, and the first result of each counts.
 */
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ExchangeOutcome } from '../client/exchange.ts';
import { KaaInvalidError } from '../protocol/errors.ts';
import { nameProblem, nameProblemText } from '../protocol/names.ts';
import type { CommandLedger, CommandResult } from '../store/store.ts';
import { EndpointCommands } from './endpoint-commands.ts';

export interface ReceivedCommand {
  readonly type: string;
  readonly id: number;
  readonly payload?: unknown;
  /** Of the message that brought it, where it had one. */
  readonly requestId?: number;
}

/** Who takes commands: a node. */
export interface CommandReceiver {
  /** Empty = every type. */
  readonly commandType: string;
  /** Seconds within which a result has to be there; 0 = none. */
  readonly replyTimeout: number;
  received(address: EndpointAddress, command: ReceivedCommand): void;
  /** Something went wrong that belongs to no message of the flow. */
  failed(address: EndpointAddress, error: Error): void;
  /** How the last try to observe a resource (its path) ended. */
  observing(address: EndpointAddress, resource: string, error: unknown): void;
}

export interface ResultOutcome extends Partial<ExchangeOutcome> {
  /** Resource path, e.g. `result/reboot`. */
  readonly resource: string;
  /** Whether the platform has said so. */
  readonly confirmed: boolean;
  /** Not sent: it is kept and goes out after the next connect. */
  readonly stored?: true;
}

export class Commands {
  readonly #client: KaaClient;
  readonly #ledger: CommandLedger;
  readonly #endpoints = new Map<string, EndpointCommands>();

  constructor(client: KaaClient, ledger: CommandLedger) {
    this.#client = client;
    this.#ledger = ledger;
    const unwatch = client.onStatus(({ state }) => {
      if (state !== 'closed') return;
      unwatch();
      for (const endpoint of this.#endpoints.values()) endpoint.close();
    });
  }

  /** Hands the commands of an endpoint to `receiver`, until the returned function is called. */
  serve(address: EndpointAddress, receiver: CommandReceiver): () => void {
    return this.#endpoint(address).serve(receiver);
  }

  /**
   * Reports the result of a command. It is kept first: where it cannot be sent now, it goes out after the next connect.
   * @param responder told where the platform refuses it then
   * @throws {KaaInvalidError} the type, the ID or the result cannot be sent
   * @throws {KaaDuplicateError} the command has its result already
   * @throws {KaaRejectedError} the platform refused the result
   */
  async respond(
    address: EndpointAddress,
    type: unknown,
    id: unknown,
    result: CommandResult,
    responder: Sender,
  ): Promise<ResultOutcome> {
    return this.#endpoint(address).respond(commandType(type), commandId(id), result, responder);
  }

  #endpoint(address: EndpointAddress): EndpointCommands {
    const key = `${address.appVersion}/${address.token}`;
    const known = this.#endpoints.get(key);
    if (known !== undefined) return known;
    const endpoint = new EndpointCommands(this.#client, this.#ledger, address);
    this.#endpoints.set(key, endpoint);
    return endpoint;
  }
}

function commandType(value: unknown): string {
  const problem = nameProblem('commandType', value);
  if (problem === undefined && typeof value === 'string') return value;
  throw new KaaInvalidError('msg.command', [{ path: '', reason: nameProblemText[problem ?? 'type'] }]);
}

/** Flows like to turn IDs into texts. */
function commandId(value: unknown): number {
  const id = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  const reason = 'must be the commandId of the message that brought the command';
  throw new KaaInvalidError('msg.commandId', [{ path: '', reason }]);
}
